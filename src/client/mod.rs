//! Speaks to a server: one typed method a route ([`Client`]), and the lean HTTP/1.1 connection of the load generator
//! ([`http1`]).
//! Must not retry by itself or judge an answer.

pub mod answer;
pub mod feed;
pub mod http1;
pub mod line;
pub mod public;
pub mod way;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, UserId},
        order::{OrderStatus, OrderVersion},
    },
    wire::{
        admin::{
            AccountsMade, Environment, Imported, MakeAccounts, OrderLife, OrderLine, ProgramLine, QueueAnswer,
            SaleChange, SeatDetail,
        },
        api::{AuditAnswer, OrderProgress, Problem},
    },
};
use way::Way;

/// How long a call may take: an audit of a large hall is the slowest.
const CALL_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Orders a page in [`Client::all_orders`]: the most that the route gives.
const PAGE_ORDERS: u32 = 10_000;

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection, or it broke: is the server running at this address?
    #[error("cannot reach {url}: {cause}")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        cause: String,
    },
    /// The server refused: HTTP status and the problem's detail.
    #[error("the server refused ({status}): {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words.
        detail: String,
    },
    /// The answer was not what the route promises.
    #[error("the answer of {route} was not understood: {cause}")]
    NotUnderstood {
        /// Route.
        route: String,
        /// Why.
        cause: String,
    },
}

/// Filter of [`Client::orders`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderQuery {
    /// Of this program.
    pub program: Option<ProgramId>,
    /// Of this account.
    pub user: Option<UserId>,
    /// In this status.
    pub status: Option<OrderStatus>,
    /// Placed by this version.
    pub version: Option<OrderVersion>,
    /// With a seat of this category.
    pub category: Option<CategoryId>,
    /// Made at this moment or later, in ms since 1970.
    pub made_after_ms: Option<i64>,
    /// Made before this moment, in ms since 1970.
    pub made_before_ms: Option<i64>,
    /// With a number above this one.
    pub after: Option<OrderNumber>,
    /// With a number below this one.
    pub before: Option<OrderNumber>,
    /// The newest first.
    pub newest: bool,
    /// At most this many, 1 to 10,000.
    pub limit: u32,
}

impl OrderQuery {
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("limit", self.limit.to_string())];
        pairs.extend(self.program.map(|id| ("program", id.to_string())));
        pairs.extend(self.user.map(|id| ("user", id.to_string())));
        pairs.extend(self.status.map(|status| ("status", status.number().to_string())));
        pairs.extend(self.version.map(|version| ("version", version.number().to_string())));
        pairs.extend(self.category.map(|id| ("category", id.to_string())));
        pairs.extend(self.made_after_ms.map(|ms| ("made_after_ms", ms.to_string())));
        pairs.extend(self.made_before_ms.map(|ms| ("made_before_ms", ms.to_string())));
        pairs.extend(self.after.map(|number| ("after", number.to_string())));
        pairs.extend(self.before.map(|number| ("before", number.to_string())));
        pairs.extend(self.newest.then(|| ("newest", "true".to_owned())));
        pairs
    }
}

/// A server, as an operator sees it.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    admin_token: Option<String>,
    way: Way,
}

impl Client {
    /// A client of the server at `url` (`http://host:port`, an optional path prefix is kept), with the operator's token.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] when the address is not a plain HTTP one.
    pub fn new(url: &str, admin_token: Option<String>) -> Result<Self, ClientError> {
        let unreachable = |cause: String| ClientError::Unreachable { url: url.to_owned(), cause };
        let parsed = reqwest::Url::parse(url).map_err(|e| unreachable(e.to_string()))?;
        if parsed.scheme() != "http" {
            return Err(unreachable("only plain http:// addresses are spoken to".to_owned()));
        }
        let http = reqwest::Client::builder()
            .timeout(CALL_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .no_proxy()
            .build()
            .map_err(|e| unreachable(reasons(&e)))?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), admin_token, way: Way::default() })
    }

    /// The same server, reached this way.
    #[must_use]
    pub fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// The way that requests go.
    #[must_use]
    pub const fn way(&self) -> &Way {
        &self.way
    }

    /// The address, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `GET /readyz`.
    ///
    /// # Errors
    /// As every call: [`ClientError`]. A server that says it is not ready is `Ok(false)`.
    pub async fn ready(&self) -> Result<bool, ClientError> {
        let answer = self.call(Method::GET, "/readyz").send().await.map_err(|e| self.unreachable(&e))?;
        Ok(answer.status().is_success())
    }

    /// Imports programs. `query` is added to the URL (`format=auto&real_name=true…`).
    ///
    /// # Errors
    /// As every call.
    pub async fn import_programs(&self, body: Vec<u8>, query: &[(&str, String)]) -> Result<Imported, ClientError> {
        let route = "/api/v1/admin/programs/import";
        self.read(route, self.call(Method::POST, route).query(query).body(body)).await
    }

    /// All programs.
    ///
    /// # Errors
    /// As every call.
    pub async fn programs(&self) -> Result<Vec<ProgramLine>, ClientError> {
        self.get("/api/v1/admin/programs").await
    }

    /// One program.
    ///
    /// # Errors
    /// As every call.
    pub async fn program(&self, id: ProgramId) -> Result<ProgramLine, ClientError> {
        self.get(&format!("/api/v1/admin/programs/{id}")).await
    }

    /// Changes the sale window.
    ///
    /// # Errors
    /// As every call.
    pub async fn set_sale(&self, id: ProgramId, sale: &SaleChange) -> Result<(), ClientError> {
        self.done(self.call(Method::PUT, &format!("/api/v1/admin/programs/{id}/sale")).json(sale)).await
    }

    /// Removes all orders of a program and frees its seats.
    ///
    /// # Errors
    /// As every call.
    pub async fn reset_program(&self, id: ProgramId) -> Result<(), ClientError> {
        self.done(self.call(Method::POST, &format!("/api/v1/admin/programs/{id}/reset"))).await
    }

    /// Makes test accounts.
    ///
    /// # Errors
    /// As every call.
    pub async fn make_accounts(&self, make: &MakeAccounts) -> Result<AccountsMade, ClientError> {
        self.post("/api/v1/admin/accounts", make).await
    }

    /// One page of orders.
    ///
    /// # Errors
    /// As every call.
    pub async fn orders(&self, query: &OrderQuery) -> Result<Vec<OrderLine>, ClientError> {
        let route = "/api/v1/admin/orders";
        self.read(route, self.call(Method::GET, route).query(&query.pairs())).await
    }

    /// All orders of a program, page by page.
    ///
    /// # Errors
    /// As every call; a server whose pages do not go forward is [`ClientError::NotUnderstood`].
    pub async fn all_orders(&self, program: ProgramId) -> Result<Vec<OrderLine>, ClientError> {
        let mut all: Vec<OrderLine> = Vec::new();
        let mut query = OrderQuery { program: Some(program), limit: PAGE_ORDERS, ..OrderQuery::default() };
        loop {
            let page = self.orders(&query).await?;
            let Some(last) = page.last().map(|order| order.order_number) else { return Ok(all) };
            if page.first().is_some_and(|first| query.after.is_some_and(|after| first.order_number <= after)) {
                return Err(ClientError::NotUnderstood {
                    route: "/api/v1/admin/orders".to_owned(),
                    cause: format!("a page after {last} starts before it"),
                });
            }
            query.after = Some(last);
            all.extend(page);
        }
    }

    /// One order.
    ///
    /// # Errors
    /// As every call.
    pub async fn order(&self, number: OrderNumber) -> Result<OrderLine, ClientError> {
        self.get(&format!("/api/v1/admin/orders/{number}")).await
    }

    /// Cancels an unpaid order.
    ///
    /// # Errors
    /// As every call.
    pub async fn cancel_order(&self, number: OrderNumber) -> Result<(), ClientError> {
        self.done(self.call(Method::POST, &format!("/api/v1/admin/orders/{number}/cancel"))).await
    }

    /// Refunds a paid order and frees its seats.
    ///
    /// # Errors
    /// As every call.
    pub async fn refund_order(&self, number: OrderNumber) -> Result<(), ClientError> {
        self.done(self.call(Method::POST, &format!("/api/v1/admin/orders/{number}/refund"))).await
    }

    /// What became of an order, step by step.
    ///
    /// # Errors
    /// As every call.
    pub async fn order_life(&self, number: OrderNumber) -> Result<OrderLife, ClientError> {
        self.get(&format!("/api/v1/admin/orders/{number}/life")).await
    }

    /// A seat and who has it.
    ///
    /// # Errors
    /// As every call.
    pub async fn seat(&self, id: SeatId) -> Result<SeatDetail, ClientError> {
        self.get(&format!("/api/v1/admin/seats/{id}")).await
    }

    /// Progress of an accepted order (with the buyer's token).
    ///
    /// # Errors
    /// As every call.
    pub async fn progress(&self, number: OrderNumber, token: &str) -> Result<OrderProgress, ClientError> {
        let route = format!("/api/v1/orders/{number}/status");
        self.read(&route, self.call(Method::GET, &route).header("token", token)).await
    }

    /// The laws, over one program or all.
    ///
    /// # Errors
    /// As every call.
    pub async fn audit(&self, program: Option<ProgramId>) -> Result<AuditAnswer, ClientError> {
        let query: Vec<_> = program.map(|id| ("program", id.to_string())).into_iter().collect();
        self.read("/api/v1/audit", self.call(Method::GET, "/api/v1/audit").query(&query)).await
    }

    /// The queue.
    ///
    /// # Errors
    /// As every call.
    pub async fn queue(&self) -> Result<QueueAnswer, ClientError> {
        self.get("/api/v1/admin/queue").await
    }

    /// What the server runs on.
    ///
    /// # Errors
    /// As every call.
    pub async fn environment(&self) -> Result<Environment, ClientError> {
        self.get("/api/v1/admin/environment").await
    }

    async fn get<T: DeserializeOwned>(&self, route: &str) -> Result<T, ClientError> {
        self.read(route, self.call(Method::GET, route)).await
    }

    async fn post<B: Serialize, T: DeserializeOwned>(&self, route: &str, body: &B) -> Result<T, ClientError> {
        self.read(route, self.call(Method::POST, route).json(body)).await
    }

    async fn read<T: DeserializeOwned>(&self, route: &str, request: RequestBuilder) -> Result<T, ClientError> {
        let answer = self.accepted(request).await?;
        let body = answer.bytes().await.map_err(|e| self.unreachable(&e))?;
        serde_json::from_slice(&body)
            .map_err(|e| ClientError::NotUnderstood { route: route.to_owned(), cause: e.to_string() })
    }

    async fn done(&self, request: RequestBuilder) -> Result<(), ClientError> {
        self.accepted(request).await.map(|_| ())
    }

    async fn accepted(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let answer = request.send().await.map_err(|e| self.unreachable(&e))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.text().await.unwrap_or_default();
        let detail = serde_json::from_str::<Problem>(&text).map_or_else(
            |_| text.chars().take(200).collect(),
            |problem| if problem.detail.is_empty() { problem.title } else { problem.detail },
        );
        Err(ClientError::Refused { status: status.as_u16(), detail })
    }

    fn call(&self, method: Method, route: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{}", self.url, self.way.path(route)));
        for (name, value) in self.way.headers() {
            request = request.header(name, value);
        }
        match &self.admin_token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable { url: self.url.clone(), cause: reasons(error) }
    }
}

/// The innermost cause says what happened ("connection refused"); the outer ones only where.
fn reasons(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
