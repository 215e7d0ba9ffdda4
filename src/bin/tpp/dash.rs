//! `tpp dash`: the dashboard of a running server, or one look at it for a script.
//! Must not draw: it chooses what is shown, and where.

mod around;
mod once;
mod summary;
mod view;

use std::{io::IsTerminal as _, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tpp::{
    domain::ids::ProgramId,
    tui::{
        dash::{Setup, Tab},
        dump::Format,
        lang::Lang,
        theme::Theme,
    },
};

use crate::{exit, output, target::TargetArgs};
use around::AroundArgs;

/// Flags.
#[derive(Debug, Args)]
#[command(after_help = "Keys: ? shows them all, q ends. Ends with 0, or with 130 when a signal ended it.")]
pub struct DashArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Follow this program; without it the largest that is on sale
    #[arg(long, value_name = "ID")]
    program: Option<ProgramId>,
    /// The first screen: sale, seats, orders, engine, audit or programs
    #[arg(long, value_name = "TAB", value_parser = tab)]
    tab: Option<Tab>,
    /// Refuse everything that changes the sale
    #[arg(long, env = "TPP_READ_ONLY", value_parser = clap::builder::FalseyValueParser::new())]
    read_only: bool,
    /// Colours: normal, safe (for every eye) or mono; mono when NO_COLOR is set
    #[arg(long, env = "TPP_THEME", value_name = "THEME", value_parser = theme, help_heading = "Looks")]
    theme: Option<Theme>,
    /// Words: en or zh; without it the language of the environment
    #[arg(long, env = "TPP_LANG", value_name = "LANG", value_parser = lang, help_heading = "Looks")]
    lang: Option<Lang>,
    /// Listen to the mouse; the terminal's own selection then needs Shift
    #[arg(long, help_heading = "Looks")]
    mouse: bool,
    /// Where saved screens go
    #[arg(long, value_name = "DIR", help_heading = "Saved screens")]
    dump_folder: Option<PathBuf>,
    /// How screens are saved: txt, ans (with colours, for a terminal) or svg
    #[arg(long, value_name = "FORM", default_value = "txt", value_parser = format, help_heading = "Saved screens")]
    dump_as: Format,
    /// Print one snapshot of the server and end
    #[arg(long, help_heading = "Scripts")]
    once: bool,
    /// With --once: how to print it
    #[arg(long, value_name = "FORM", default_value = "text", requires = "once", help_heading = "Scripts")]
    output: Once,
    /// With --once: size of the screen, columns by rows
    #[arg(long, value_name = "SIZE", default_value = "120x40", value_parser = size, requires = "once", help_heading = "Scripts")]
    size: (u16, u16),
    /// Writes how long frames and keys took, as JSON, when the dashboard ends.
    #[arg(long, value_name = "FILE", hide = true)]
    pace: Option<PathBuf>,
    /// Breaks the program after this many milliseconds, to show that the terminal is given back. Debug builds only.
    #[cfg(debug_assertions)]
    #[arg(long, value_name = "MS", hide = true)]
    panic_after: Option<i64>,
    #[command(flatten)]
    around: AroundArgs,
}

/// How a snapshot is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Once {
    /// A summary for people
    Text,
    /// The first frame of the feed
    Json,
    /// The screen as text
    Screen,
    /// The screen as a picture
    Svg,
}

impl DashArgs {
    fn setup(&self) -> Setup {
        Setup {
            subject: self.target.url.clone(),
            theme: self.theme.unwrap_or_else(|| self.around.theme()),
            lang: self.lang.unwrap_or_else(|| self.around.lang()),
            read_only: self.read_only,
            replay: false,
            tab: self.tab.unwrap_or_default(),
            mouse: self.mouse,
            ..Setup::default()
        }
    }
}

/// Shows the dashboard until somebody ends it, or prints one look at the server.
pub fn run(args: &DashArgs) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("failed to start the runtime")?;
    let ended = if args.once {
        runtime.block_on(once::print(args)).map(|()| exit::OK)
    } else if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
        let _within = runtime.enter();
        view::show(args)
    } else {
        output::note("tpp: this is no terminal to draw on: tpp dash --once prints one snapshot and ends");
        Ok(exit::USAGE)
    };
    // A look-up of a name that hangs must not hold up the end.
    runtime.shutdown_background();
    ended
}

fn one_of<T: Copy, const N: usize>(all: [T; N], word: fn(T) -> &'static str, text: &str) -> Result<T, String> {
    let found = all.into_iter().find(|one| word(*one) == text);
    found.ok_or_else(|| format!("it is one of {}", all.map(word).join(", ")))
}

fn tab(text: &str) -> Result<Tab, String> {
    one_of(Tab::ALL, tab_word, text)
}

const fn tab_word(tab: Tab) -> &'static str {
    match tab {
        Tab::Sale => "sale",
        Tab::Seats => "seats",
        Tab::Orders => "orders",
        Tab::Engine => "engine",
        Tab::Audit => "audit",
        Tab::Programs => "programs",
    }
}

fn theme(text: &str) -> Result<Theme, String> {
    one_of(Theme::ALL, Theme::word, text)
}

fn lang(text: &str) -> Result<Lang, String> {
    one_of(Lang::ALL, Lang::word, text)
}

fn format(text: &str) -> Result<Format, String> {
    one_of(Format::ALL, Format::word, text)
}

/// `120x40`.
fn size(text: &str) -> Result<(u16, u16), String> {
    let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let within = |side: u16| (1..=500).contains(&side);
    sides
        .filter(|(width, height)| within(*width) && within(*height))
        .ok_or_else(|| "write columns and rows, 1x1 to 500x500: 120x40".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_columns_by_rows() {
        assert_eq!(size("120x40"), Ok((120, 40)));
        for not in ["", "120", "x", "0x0", "120x", "120X40", "501x20", "-1x5"] {
            assert!(size(not).is_err(), "{not:?} was taken for a size");
        }
    }

    #[test]
    fn every_tab_has_its_word() {
        for one in Tab::ALL {
            assert_eq!(tab(tab_word(one)), Ok(one));
        }
        assert_eq!(tab("hall"), Err("it is one of sale, seats, orders, engine, audit, programs".to_owned()));
    }
}
