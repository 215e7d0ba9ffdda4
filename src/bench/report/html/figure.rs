//! A chart with the sentence above it, the legend, and what to say where there is nothing to draw.
//! Must not draw.

/// How a legend shows an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A piece of the line.
    Line,
    /// A patch of the area.
    Patch,
}

/// An entry of a legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    mark: Mark,
    look: String,
    /// Words.
    pub words: String,
}

impl Entry {
    /// A line with this look.
    pub fn line(look: &str, words: impl Into<String>) -> Self {
        Self { mark: Mark::Line, look: look.to_owned(), words: words.into() }
    }

    /// A patch with this look.
    pub fn patch(look: &str, words: impl Into<String>) -> Self {
        Self { mark: Mark::Patch, look: look.to_owned(), words: words.into() }
    }

    /// The piece or patch as markup. Looks are names of ours, never a user's.
    #[must_use]
    pub fn swatch(&self) -> String {
        let look = &self.look;
        let inner = match self.mark {
            Mark::Line => format!("<path class=\"line {look}\" d=\"M1 6H25\"/>"),
            Mark::Patch => format!("<rect class=\"{look}\" x=\"5\" y=\"0\" width=\"14\" height=\"12\" rx=\"2\"/>"),
        };
        format!("<svg class=\"swatch\" viewBox=\"0 0 26 12\" aria-hidden=\"true\">{inner}</svg>")
    }
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it shows, as a sentence.
    pub title: String,
    /// What the colours mean.
    pub legend: Vec<Entry>,
    /// The drawing; empty when there is nothing to draw.
    pub svg: String,
    /// One more sentence below it, or why there is nothing.
    pub note: String,
}

impl Figure {
    /// A figure without a drawing: says why.
    #[must_use]
    pub fn nothing(title: &str, why: &str) -> Self {
        Self { title: title.to_owned(), legend: Vec::new(), svg: String::new(), note: why.to_owned() }
    }
}
