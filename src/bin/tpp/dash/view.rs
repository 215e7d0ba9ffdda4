//! The dashboard on the terminal: connection, signals, and the thread that draws.
//! Must not end with the terminal taken.

use std::{fs, sync::mpsc, thread};

use anyhow::Context as _;
use tpp::tui::{
    dash::{
        Dash, Setup,
        link::{Link, now_ms},
        live::{self, End, Manners, Pace},
        replay::Recording,
        source::Source,
    },
    signals,
};

use super::DashArgs;
use crate::exit;

/// Signals that may wait for the screen; it looks ten times a second.
const HINTS_MAX: usize = 16;

/// Shows it until its end. Needs a runtime around it.
pub fn show(args: &DashArgs, setup: Setup) -> anyhow::Result<u8> {
    match args.recorded()? {
        Some(replay) => {
            let replay = replay.from(args.at.unwrap_or_default(), args.speed);
            show_from(Recording::new(replay), args, setup)
        }
        None => {
            let link = Link::open(&args.target.client()?, args.program).context("failed to start the connection")?;
            show_from(link, args, setup)
        }
    }
}

fn show_from(source: impl Source + Send + 'static, args: &DashArgs, setup: Setup) -> anyhow::Result<u8> {
    let (hints, heard) = mpsc::sync_channel(HINTS_MAX);
    let listening = signals::listen(hints).context("failed to listen for signals")?;
    let manners = Manners {
        mouse: args.mouse,
        dumps: args.dump_folder.clone().unwrap_or_else(|| ".".into()),
        format: args.dump_as,
        #[cfg(debug_assertions)]
        panics_at_ms: args.panic_after.map(|ms| now_ms() + ms),
    };
    let dash = Dash::new(setup, now_ms());
    let draw = move || {
        let mut pace = Pace::default();
        (live::show(dash, source, &heard, manners, &mut pace), pace.figures())
    };
    let screen = thread::Builder::new().name("screen".to_owned()).spawn(draw).context("failed to start the screen")?;
    let ended = screen.join();
    listening.abort();
    let Ok((ended, figures)) = ended else {
        // The panic has given the terminal back and said why.
        anyhow::bail!("the dashboard broke: this is a bug in tpp");
    };
    if let Some(file) = &args.pace {
        let text = serde_json::to_string(&figures)?;
        fs::write(file, text).with_context(|| format!("failed to write {}", file.display()))?;
    }
    match ended.context("failed to draw")? {
        End::Quit => Ok(exit::OK),
        End::Stopped => Ok(exit::INTERRUPTED),
    }
}
