//! Which programs are shown: words that all must occur, and `sale:on` or `sale:off`.
//! Must not know how programs are drawn.

use crate::wire::feed::ProgramStock;

/// What was typed, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    words: Vec<String>,
    on_sale: Option<bool>,
}

impl Filter {
    /// Understands it, or says what is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Self { text: text.trim().to_owned(), ..Self::default() };
        for word in text.split_whitespace() {
            let word = word.to_lowercase();
            match word.strip_prefix("sale:") {
                // Somebody who is still typing has not said anything wrong.
                Some("" | "o" | "of") => {}
                Some("on") => filter.on_sale = Some(true),
                Some("off") => filter.on_sale = Some(false),
                Some(_) => return Err("sale: is on or off / sale: 只能是 on 或 off".to_owned()),
                None => filter.words.push(word),
            }
        }
        Ok(filter)
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Is this program one of them?
    pub fn holds(&self, program: &ProgramStock) -> bool {
        if self.on_sale.is_some_and(|wanted| wanted != program.on_sale) {
            return false;
        }
        let fields = [&program.title, &program.place, &program.actor, &program.area, &program.category];
        let mut fields: Vec<String> = fields.iter().map(|field| field.to_lowercase()).collect();
        fields.push(program.id.to_string());
        self.words.iter().all(|word| fields.iter().any(|field| field.contains(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::dash::sample;

    fn holds(text: &str) -> bool {
        let mut program = sample::program(17, "刘德华2026巡回演唱会 Live", (5, 1, 2));
        program.place = "MAO Livehouse".to_owned();
        Filter::parse(text).unwrap().holds(&program)
    }

    #[test]
    fn words_are_found_anywhere_in_either_script_and_all_must_be() {
        for text in ["", "  ", "巡回", "live", "LIVEHOUSE", "北京", "刘德华 mao", "17", "演唱会 sale:on"] {
            assert!(holds(text), "{text}");
        }
        for text in ["上海", "巡回 hamlet", "18", "sale:off", "live sale:off"] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn a_word_that_is_being_typed_is_no_mistake_and_another_is() {
        assert!(holds("sale:") && holds("sale:o") && holds("sale:of"));
        assert!(Filter::parse("sale:maybe").is_err());
        assert_eq!(Filter::parse(" 巡回 live ").unwrap().text(), "巡回 live");
    }
}
