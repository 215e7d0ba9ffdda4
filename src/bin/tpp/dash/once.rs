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
            Dash, Setup,
            ask::{self, Ask, News},
            link::{answer, busiest, now_ms},
            replay::Replay,
        },
        dump::Format,
    },
    wire::feed::Frame,
};

use super::{DashArgs, Once, summary::summary};
use crate::output;

/// Longest wait for a snapshot: a large hall has many seats.
const SNAPSHOT_TIMEOUT: Duration = Duration::from_secs(30);
/// Between two frames of a replay that is played up to a moment.
const STEP_MS: i64 = 100;
/// Questions of a screen that are answered before it is drawn.
const QUESTIONS_MAX: usize = 16;

/// What is asked while nobody plays or watches.
enum Subject {
    Server(Client),
    Recorded(Box<Replay>),
}

impl Subject {
    async fn answer(&self, ask: Ask) -> Option<News> {
        match self {
            Self::Server(client) => answer(client, ask).await,
            Self::Recorded(replay) => replay.answer(&ask),
        }
    }
}

/// Prints it.
pub async fn print(args: &DashArgs, setup: Setup) -> anyhow::Result<()> {
    let (subject, news) = match args.recorded()? {
        Some(replay) => played(replay, args.at.unwrap_or_default()),
        None => {
            let client = args.target.client()?;
            let frame = timeout(SNAPSHOT_TIMEOUT, snapshot(&client, args.program)).await;
            let frame = frame
                .with_context(|| format!("failed to get a snapshot within {} s", SNAPSHOT_TIMEOUT.as_secs()))??;
            let now = now_ms();
            (Subject::Server(client), vec![(now, News::Link(ask::Link::Live)), (now, News::Frame(Box::new(frame)))])
        }
    };
    let format = match args.output {
        Once::Screen => Format::Text,
        Once::Svg => Format::Svg,
        Once::Text | Once::Json => {
            let frame = match subject {
                Subject::Server(_) => first_frame(news.into_iter().map(|(_, news)| news)),
                Subject::Recorded(replay) => whole(*replay, args.at.unwrap_or_default()),
            };
            let frame = frame.context("there is nothing to show")?;
            if args.output == Once::Json {
                return output::say_json(&frame);
            }
            return Ok(output::say(summary(&frame, &setup.subject, setup.lang).trim_end())?);
        }
    };
    Ok(output::say(screen(args.size, setup, &subject, news, format).await.trim_end())?)
}

fn first_frame(mut news: impl Iterator<Item = News>) -> Option<Frame> {
    news.find_map(|news| if let News::Frame(frame) = news { Some(*frame) } else { None })
}

/// Everything as of this moment of a run.
fn whole(mut replay: Replay, at: Duration) -> Option<Frame> {
    replay.seek_to(i64::try_from(at.as_millis()).unwrap_or(i64::MAX));
    first_frame(replay.step(now_ms()).into_iter())
}

/// Plays from the start of a run to this moment of it, which is now: a dashboard that has seen it all has charts to show.
fn played(mut replay: Replay, until: Duration) -> (Subject, Vec<(i64, News)>) {
    let now = now_ms();
    let until_ms = i64::try_from(until.as_millis()).unwrap_or(i64::MAX).min(replay.length_ms());
    let mut news = vec![(now - until_ms, News::Link(ask::Link::Live))];
    let mut left_ms = until_ms;
    loop {
        news.extend(replay.step(now - left_ms).into_iter().map(|news| (now - left_ms, news)));
        if left_ms == 0 {
            return (Subject::Recorded(Box::new(replay)), news);
        }
        left_ms = (left_ms - STEP_MS).max(0);
    }
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

/// The chosen screen, once what it asks is answered.
async fn screen(size: (u16, u16), setup: Setup, subject: &Subject, news: Vec<(i64, News)>, format: Format) -> String {
    let now = now_ms();
    let mut dash = Dash::new(setup, news.first().map_or(now, |(at_ms, _)| *at_ms));
    let mut asks = VecDeque::new();
    for (at_ms, news) in news {
        asks.extend(dash.hear(news, at_ms));
    }
    asks.extend(dash.tick(now));
    for _ in 0..QUESTIONS_MAX {
        let Some(ask) = asks.pop_front() else { break };
        // Nobody is there to confirm a deed.
        if !matches!(ask, Ask::Do(_))
            && let Some(news) = subject.answer(ask).await
        {
            asks.extend(dash.hear(news, now));
        }
    }
    format.drawn(size, |buf| dash.draw(buf))
}
