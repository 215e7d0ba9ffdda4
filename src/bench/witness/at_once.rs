//! Many questions to one server, a few of them at once.
//! Must not ask faster than the server wants: "try again" is waited out.

use std::{future::Future, time::Duration};

use tokio::task::JoinSet;

use crate::client::ClientError;

/// Questions under way at once: enough to hide the way there and back, few beside the buyers of a run.
const AT_ONCE: usize = 16;
/// Before a question is asked again.
pub(super) const WAIT: Duration = Duration::from_millis(200);
/// How often a question is asked again when the server says "try again".
const AGAIN_MAX: u32 = 50;

/// Asks about each of these; the answers come in any order, the first error ends it.
pub(in crate::bench) async fn at_once<T, R, F>(
    about: Vec<T>,
    ask: impl Fn(T) -> F + Send + Sync + Clone + 'static,
) -> Result<Vec<R>, ClientError>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
    F: Future<Output = Result<R, ClientError>> + Send,
{
    let mut under_way = JoinSet::new();
    let mut answers = Vec::with_capacity(about.len());
    for one in about {
        if under_way.len() == AT_ONCE
            && let Some(answer) = under_way.join_next().await
        {
            answers.push(answer.expect("a question does not panic")?);
        }
        let ask = ask.clone();
        under_way.spawn(async move { patiently(&one, &ask).await });
    }
    while let Some(answer) = under_way.join_next().await {
        answers.push(answer.expect("a question does not panic")?);
    }
    Ok(answers)
}

async fn patiently<T, R, F>(one: &T, ask: &impl Fn(T) -> F) -> Result<R, ClientError>
where
    T: Clone,
    F: Future<Output = Result<R, ClientError>>,
{
    let mut again = 0;
    loop {
        match ask(one.clone()).await {
            Err(ClientError::Refused { status: 429 | 503, .. }) if again < AGAIN_MAX => again += 1,
            told => return told,
        }
        tokio::time::sleep(WAIT).await;
    }
}
