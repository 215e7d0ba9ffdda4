//! `tpp dash`: the dashboard of a running server, or one look at it for a script.
//! Must not draw: it chooses what is shown, and where.

mod around;
mod once;
mod settings;
mod summary;
mod view;

use std::{io::IsTerminal as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tpp::{
    domain::ids::ProgramId,
    tui::{
        dash::{Setup, Tab, config::Config, replay::Replay},
        dump::Format,
        lang::Lang,
        theme::Theme,
    },
};

use crate::{
    exit::{self, ConfigError},
    output, span,
    target::TargetArgs,
};
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
    /// Settings and keys; without it dash.toml in the folder tpp of the user's settings, if there is one
    #[arg(long, env = "TPP_DASH_CONFIG", value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,
    /// Print a settings file with everything in it, commented out, and end
    #[arg(long, help_heading = "Settings")]
    print_config: bool,
    /// Play the journal of a bench (bench --out DIR) instead of watching a server
    #[arg(long, value_name = "FILE", help_heading = "Replay")]
    replay: Option<PathBuf>,
    /// With --replay: times real time, a power of two from 0.0625 to 64
    #[arg(long, value_name = "TIMES", default_value = "1", value_parser = speed, requires = "replay", help_heading = "Replay")]
    speed: f64,
    /// With --replay: start here
    #[arg(long, value_name = "TIME", value_parser = span::parse, requires = "replay", help_heading = "Replay")]
    at: Option<Duration>,
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
    /// What a flag says goes first, then the environment, then the settings file.
    fn settled(mut self) -> anyhow::Result<(Self, Setup)> {
        let config = settings::read(self.config.as_deref(), &self.around)?;
        self.dump_folder = self.dump_folder.or(config.dump_folder);
        self.mouse |= config.mouse.unwrap_or_default();
        self.target.url = self.target.url.or(config.url);
        let subject =
            self.replay.as_ref().map_or_else(|| self.target.url().to_owned(), |file| file.display().to_string());
        let setup = Setup {
            subject,
            theme: self.theme.or(self.around.theme()).or(config.theme).unwrap_or_default(),
            lang: self.lang.or(config.lang).unwrap_or_else(|| self.around.lang()),
            read_only: self.read_only || config.read_only.unwrap_or_default(),
            replay: self.replay.is_some(),
            tab: self.tab.or(config.tab).unwrap_or_default(),
            keymap: config.keymap,
            mouse: self.mouse,
        };
        Ok((self, setup))
    }

    /// The recorded run that is to be played, from its start and in its own time.
    fn recorded(&self) -> anyhow::Result<Option<Replay>> {
        let Some(file) = &self.replay else { return Ok(None) };
        let replay = Replay::open(file).map_err(|e| ConfigError(format!("cannot replay {}: {e}", file.display())))?;
        Ok(Some(replay))
    }
}

/// Shows the dashboard until somebody ends it, or prints one look at the server.
pub fn run(args: DashArgs) -> anyhow::Result<u8> {
    if args.print_config {
        output::say(Config::printed().trim_end())?;
        return Ok(exit::OK);
    }
    let (args, setup) = args.settled()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("failed to start the runtime")?;
    let ended = if args.once {
        runtime.block_on(once::print(&args, setup)).map(|()| exit::OK)
    } else if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
        let _within = runtime.enter();
        view::show(&args, setup)
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
    one_of(Tab::ALL, Tab::word, text)
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

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 =
        text.trim_end_matches(['x', '×']).parse().map_err(|_| "it is a number, such as 2 or 0.5".to_owned())?;
    let doublings = speed.log2();
    let allowed = (-4.0..=6.0).contains(&doublings) && doublings.fract() == 0.0;
    allowed.then_some(speed).ok_or_else(|| "it is one of 0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64".to_owned())
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
            assert_eq!(tab(one.word()), Ok(one));
        }
        assert_eq!(tab("hall"), Err("it is one of sale, seats, orders, engine, audit, programs".to_owned()));
    }

    #[test]
    fn a_replay_goes_at_powers_of_two() {
        assert_eq!((speed("2x"), speed("0.5"), speed("64")), (Ok(2.0), Ok(0.5), Ok(64.0)));
        assert!(["0", "-1", "3", "128", "0.01", "fast"].into_iter().all(|wrong| speed(wrong).is_err()));
    }
}
