//! The simplest load: every connection sends the same order again as soon as it is answered. For ceilings only.
//! Must not be used to judge a sale: it waits for the server, so it hides the server's stalls.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use tokio::runtime::LocalRuntime;

use crate::{
    client::{
        answer,
        http1::{Connection, Route, Target},
    },
    domain::ids::{CategoryId, ProgramId, TicketUserId, UserId},
    wire::order::CreateOrder,
};

/// How the loop is driven.
#[derive(Debug, Clone, Copy)]
pub struct Loop {
    /// Worker threads.
    pub workers: usize,
    /// Connections over all workers.
    pub connections: usize,
    /// For how long.
    pub duration: Duration,
}

/// Answers per second of this path when it is sent an order. Blocks.
///
/// # Errors
/// When the server cannot be reached, or answers something else than the envelope with an order number.
///
/// # Panics
/// When a worker does.
pub fn answers_per_s(target: &Target, path: &str, drive: Loop) -> io::Result<f64> {
    let workers = drive.workers.clamp(1, drive.connections.max(1));
    let each = drive.connections.div_ceil(workers);
    let threads: Vec<_> = (0..workers)
        .map(|_| {
            let (target, route) = (target.clone(), target.post_json(path));
            thread::spawn(move || work(&target, &route, each, drive.duration))
        })
        .collect();
    let mut sum = 0.0;
    for thread in threads {
        sum += thread.join().expect("a worker does not panic")?;
    }
    Ok(sum)
}

fn work(target: &Target, route: &Route, connections: usize, duration: Duration) -> io::Result<f64> {
    LocalRuntime::new()?.block_on(async {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(target).await?);
        }
        let start = Instant::now();
        let lanes: Vec<_> = open
            .into_iter()
            .map(|connection| tokio::task::spawn_local(lane(connection, route.clone(), start + duration)))
            .collect();
        let mut answers = 0;
        for lane in lanes {
            answers += lane.await.map_err(io::Error::other)??;
        }
        Ok(answers as f64 / start.elapsed().as_secs_f64())
    })
}

async fn lane(mut connection: Connection, route: Route, until: Instant) -> io::Result<u64> {
    let body = sample();
    let mut answers = 0;
    while Instant::now() < until {
        connection.compose_json(&route, Some("a-token-of-usual-length-0123456789abcdef"), &body);
        let answer = connection.exchange().await?;
        if answer.status != 200 || answer::number(answer.body).is_none_or(|told| told.data.is_none()) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("answered with HTTP {}", answer.status)));
        }
        answers += 1;
    }
    Ok(answers)
}

/// An order as buyers send it.
fn sample() -> CreateOrder {
    let reason = "small numbers are ids";
    CreateOrder {
        program_id: ProgramId::new(1_000_001).expect(reason),
        user_id: UserId::new(1_000_000_007).expect(reason),
        ticket_user_id_list: vec![TicketUserId::new(2_000_000_007).expect(reason)],
        seat_dto_list: None,
        ticket_category_id: CategoryId::new(4),
        ticket_count: Some(1),
        request_id: None,
        allow_split: None,
    }
}
