//! The office: a real `tpp serve` with its folder and its Redis, and the operator's hand on it.
//! Must not hide what the server said: when a test fails, its stderr is shown.

use std::{path::PathBuf, process::Command, thread};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tpp::wire::{
    admin::{AccountsMade, Imported, OrderLine, ProgramLine, QueueAnswer},
    api::AuditAnswer,
};

use super::{
    Bank, Buyer, Engine, Hall, Program,
    http::{Answer, Door},
    process::Process,
    redis_server::RedisServer,
    wait::wait_until,
};

/// The operator's token in tests.
pub const ADMIN_TOKEN: &str = "operator-of-a-test";
/// The secret that the test's bank shares with the server.
const SECRET: &str = "a secret that only this test and its server know";
/// Ticket users of each buyer: as many as an order may hold.
const TICKET_USERS_EACH: u32 = 6;

/// Orders asked for at once.
const ORDERS_A_PAGE: usize = 2_000;

/// A server that is audited and stopped when dropped.
#[derive(Debug)]
pub struct Office {
    folder: TempDir,
    engine: Engine,
    flags: Vec<String>,
    server: Option<Process>,
    redis: Option<RedisServer>,
    door: Door,
    laws_are_audited: bool,
}

impl Office {
    /// A server with its defaults.
    #[track_caller]
    pub fn open(engine: Engine) -> Self {
        Self::open_with(engine, &[])
    }

    /// A server with further flags.
    #[track_caller]
    pub fn open_with(engine: Engine, flags: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("tpp").tempdir().unwrap();
        let redis = (engine == Engine::Redis).then(|| RedisServer::start(&folder.path().join("redis")));
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let door = Door::new(([127, 0, 0, 1], 0).into());
        let mut office = Self { folder, engine, flags, server: None, redis, door, laws_are_audited: true };
        office.start();
        office
    }

    /// Starts the server again after [`Self::kill`] or [`Self::stop`], on the same folder and Redis.
    #[track_caller]
    pub fn start(&mut self) {
        let mut server = Process::start(&mut self.command());
        let line = server.first_line();
        let address = line.strip_prefix("tpp serve listening on http://").and_then(|address| address.parse().ok());
        self.door.moved_to(address.unwrap_or_else(|| panic!("not the line that says ready: {line:?}")));
        self.server = Some(server);
    }

    /// Starts a second server on the same folder.
    #[track_caller]
    pub fn second_server(&self) -> Process {
        Process::start(&mut self.command())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tpp"));
        command.args(["serve", "--exit-with-stdin", "--admin-token", ADMIN_TOKEN]);
        if !self.flags.iter().any(|flag| flag == "--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        command.args(["--secret", SECRET]).arg("--data").arg(self.data()).args(&self.flags);
        match (self.engine, &self.redis) {
            (Engine::Redis, Some(redis)) => command.args(["--redis", &redis.url()]),
            (Engine::Managed, _) => command.args(["--redis", "managed"]),
            _ => &mut command,
        };
        command
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.server.take().expect("the server runs").kill();
    }

    /// SIGTERM; it must end with 0.
    #[track_caller]
    pub fn stop(&mut self) {
        let mut server = self.server.take().expect("the server runs");
        server.signal("TERM");
        let status = server.ended();
        assert!(status.success(), "SIGTERM ended with {status}; on stderr:\n{}", server.stderr());
    }

    /// The server's process, for signals.
    pub fn server(&mut self) -> &mut Process {
        self.server.as_mut().expect("the server runs")
    }

    /// The test's own Redis.
    pub fn redis(&mut self) -> &mut RedisServer {
        self.redis.as_mut().expect("this engine has a redis-server of the test's own")
    }

    pub fn door(&self) -> &Door {
        &self.door
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the server has said on stderr.
    pub fn stderr(&self) -> String {
        self.server.as_ref().map(Process::stderr).unwrap_or_default()
    }

    /// The mock channel's bank.
    pub fn bank(&self) -> Bank {
        Bank::new(SECRET, self.door.clone())
    }

    /// Puts a hall on sale as program 1, or the next free number.
    #[track_caller]
    pub fn program(&self, hall: &Hall) -> Program {
        let id = self.programs().len() as u64 + 1;
        let path = format!("/api/v1/admin/programs/import?format=damai&real_name={}", hall.real_name);
        let imported: Imported = self.admin("POST", &path, &hall.as_list(id));
        Program { line: imported.programs.into_iter().next().expect("one program was imported") }
    }

    /// All programs.
    #[track_caller]
    pub fn programs(&self) -> Vec<ProgramLine> {
        self.admin("GET", "/api/v1/admin/programs", &Value::Null)
    }

    /// Available, held and sold seats of a program.
    #[track_caller]
    pub fn counts(&self, program: &Program) -> (u64, u64, u64) {
        self.counts_unless_rebuilding(program).expect("nothing is being rebuilt")
    }

    /// The same; none while the program is being rebuilt.
    #[track_caller]
    pub fn counts_unless_rebuilding(&self, program: &Program) -> Option<(u64, u64, u64)> {
        let answer = self.operator("GET", &format!("/api/v1/admin/programs/{}", program.id()), &Value::Null);
        if answer.status == 503 {
            return None;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        let line: ProgramLine = serde_json::from_slice(&answer.body).expect("a program");
        Some((line.available, line.held, line.sold))
    }

    /// This many new accounts.
    #[track_caller]
    pub fn buyers(&self, count: u32) -> Vec<Buyer> {
        let make = json!({"count": count, "ticketUsersEach": TICKET_USERS_EACH});
        let made: AccountsMade = self.admin("POST", "/api/v1/admin/accounts", &make);
        let each = u64::from(made.ticket_users_each);
        let buyer = |(at, token): (u64, String)| {
            let first = made.first_ticket_user_id.get() + at * each;
            let ticket_users = (first..first + each).collect();
            Buyer { user: made.first_user_id.get() + at, token, ticket_users, door: self.door.clone() }
        };
        (0..).zip(made.tokens.clone()).map(buyer).collect()
    }

    /// One new account.
    #[track_caller]
    pub fn buyer(&self) -> Buyer {
        self.buyers(1).remove(0)
    }

    /// All orders of a program, any status.
    #[track_caller]
    pub fn orders(&self, program: &Program) -> Vec<OrderLine> {
        let (mut orders, mut after) = (Vec::<OrderLine>::new(), String::new());
        loop {
            let path = format!("/api/v1/admin/orders?program={}&limit={ORDERS_A_PAGE}{after}", program.id());
            let page: Vec<OrderLine> = self.admin("GET", &path, &Value::Null);
            let is_last = page.len() < ORDERS_A_PAGE;
            after = page.last().map_or_else(String::new, |last| format!("&after={}", last.order_number));
            orders.extend(page);
            if is_last {
                return orders;
            }
        }
    }

    /// Waits until every accepted order is written or rejected.
    #[track_caller]
    pub fn wait_for_the_queue(&self) {
        wait_until("the queue to be empty", || {
            self.admin::<QueueAnswer>("GET", "/api/v1/admin/queue", &Value::Null).depth == 0
        });
    }

    /// Changes the sale window of a program.
    #[track_caller]
    pub fn set_sale(&self, program: &Program, change: &Value) {
        let answer = self.operator("PUT", &format!("/api/v1/admin/programs/{}/sale", program.id()), change);
        assert!(answer.status < 300, "{} {}", answer.status, answer.text());
    }

    /// The laws, over all programs.
    #[track_caller]
    pub fn audit(&self) -> AuditAnswer {
        self.admin("GET", "/api/v1/audit", &Value::Null)
    }

    /// A request with the operator's token.
    #[track_caller]
    pub fn operator(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let bearer = format!("Bearer {ADMIN_TOKEN}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.door.send(method, path, &headers, body.as_bytes())
    }

    #[track_caller]
    fn admin<T: DeserializeOwned>(&self, method: &str, path: &str, body: &Value) -> T {
        let answer = self.operator(method, path, body);
        let shown = || format!("{method} {path} answered {} {}", answer.status, answer.text());
        assert!(answer.status < 300, "{}", shown());
        serde_json::from_slice(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", shown()))
    }

    /// A server that is killed cannot stop the Redis that it manages: after a failed test we do.
    fn leave_nothing_running(&mut self) {
        self.server = None;
        if let Ok(pid) = std::fs::read_to_string(self.data().join("redis/redis.pid")) {
            // Nothing more can be done about a test that has failed already.
            let _ = Command::new("kill").args(["-KILL", pid.trim()]).status();
        }
    }

    /// This test breaks a law on purpose, or has no server left to ask.
    pub fn without_the_last_audit(&mut self) {
        self.laws_are_audited = false;
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("the server said on stderr:\n{}", self.stderr());
            self.leave_nothing_running();
            return;
        }
        if self.server.is_some() && self.laws_are_audited {
            let audit = self.audit();
            assert!(audit.clean, "the laws are broken: {:#?}", audit.findings);
            let unchecked: Vec<_> = audit.laws.iter().filter(|law| law.verdict != "kept").collect();
            assert!(unchecked.iter().all(|law| law.law == "L10"), "laws of a running server: {unchecked:?}");
        }
        if self.server.is_some() {
            self.stop();
        }
    }
}
