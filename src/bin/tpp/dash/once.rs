//! One look at a server: its first snapshot, printed.
//! Must not wait longer than a script would.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context as _, anyhow};
use tokio::time::timeout;
use tpp::{
    client::Client,
    domain::ids::ProgramId,
    tui::{
        dash::{
            Dash,
            ask::{self, Ask, News},
            link::{answer, busiest, now_ms},
        },
        dump::Format,
    },
    wire::feed::Frame,
};

use super::{DashArgs, Once, summary::summary};
use crate::output;

/// Longest wait for a snapshot: a large hall has many seats.
const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(30);
/// Questions of a screen that are answered before it is drawn.
const QUESTIONS_MAX: usize = 16;

/// Prints it.
pub async fn print(args: &DashArgs) -> anyhow::Result<()> {
    let client = args.target.client()?;
    let taking = snapshot(&client, args.program);
    let frame = timeout(SNAPSHOT_TIMEOUT, taking).await;
    let frame =
        frame.with_context(|| format!("failed to get a snapshot within {} s", SNAPSHOT_TIMEOUT.as_secs()))??;
    match args.output {
        Once::Json => output::say_json(&frame)?,
        Once::Text => output::say(summary(&frame, client.url(), args.setup().lang).trim_end())?,
        Once::Screen => output::say(screen(args, &client, frame, Format::Text).await.trim_end())?,
        Once::Svg => output::say(screen(args, &client, frame, Format::Svg).await.trim_end())?,
    }
    Ok(())
}

/// The first frame that follows a program, where there is any.
async fn snapshot(client: &Client, program: Option<ProgramId>) -> anyhow::Result<Frame> {
    let frame = first(client, program).await?;
    match busiest(&frame.programs) {
        Some(program) if frame.followed.is_none() => first(client, Some(program)).await,
        _ => Ok(frame),
    }
}

async fn first(client: &Client, program: Option<ProgramId>) -> anyhow::Result<Frame> {
    let mut feed = client.feed(program, None).await.context("failed to open the feed")?;
    let frame = feed.next().await.context("failed to read the feed")?;
    frame.ok_or_else(|| anyhow!("the server ended the feed before its first snapshot"))
}

/// The chosen screen, once the server has answered what it asks.
async fn screen(args: &DashArgs, client: &Client, frame: Frame, format: Format) -> String {
    let now = now_ms();
    let mut dash = Dash::new(args.setup(), now);
    let mut asks = VecDeque::new();
    for news in [News::Link(ask::Link::Live), News::Frame(Box::new(frame))] {
        asks.extend(dash.hear(news, now));
    }
    asks.extend(dash.tick(now));
    for _ in 0..QUESTIONS_MAX {
        let Some(ask) = asks.pop_front() else { break };
        // Nobody is there to confirm a deed.
        if !matches!(ask, Ask::Do(_))
            && let Some(news) = answer(client, ask).await
        {
            asks.extend(dash.hear(news, now));
        }
    }
    format.drawn(args.size, |buf| dash.draw(buf))
}
