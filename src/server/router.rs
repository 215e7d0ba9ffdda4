//! Every route on one page.
//! Must not hold anything but routes and their limits.

pub mod openapi;
mod schemas;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::Response,
    routing::{MethodFilter, MethodRouter, get},
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    domain::order::OrderVersion,
    server::{
        error::{self, Failure, Reader, Trouble},
        handlers::{
            accounts::{login, ticket_users},
            admin, door, health, orders, payments, programs, progress, stream,
        },
        router::openapi::Spec,
        state::State,
    },
};

/// Largest body.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Largest body of an import: a plan of some 300,000 seats, or a list of any number of halls given by rows.
pub const IMPORT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The server's routes.
pub fn router(state: Arc<State>) -> Router {
    let (mut original, mut ours) = (Routes::mounted(&state), Routes::mounted(&state));
    originals(&mut original);
    payment_channel(&mut original);
    own(&mut ours);
    operators(&mut ours);
    let limit = DefaultBodyLimit::max(BODY_BYTES_MAX);
    let original = original.router.layer(limit).layer(CatchPanicLayer::custom(|_| error::enveloped_panic()));
    let ours = ours.router.layer(limit).layer(CatchPanicLayer::custom(|_| panicked()));
    original
        .merge(ours)
        .fallback(|| async { Trouble::no_such_route().answer(Reader::Buyer) })
        .method_not_allowed_fallback(|| async { Trouble::wrong_method().answer(Reader::Buyer) })
}

/// The same routes as they are documented.
#[must_use]
pub fn specs() -> Vec<Spec> {
    let mut routes = Routes::default();
    originals(&mut routes);
    payment_channel(&mut routes);
    own(&mut routes);
    operators(&mut routes);
    routes.specs
}

/// The original's routes, each also under `/damai/{service}`, where its gateway has it.
fn originals(routes: &mut Routes) {
    let buyer = |path, service, summary| Spec::post(path).of(service).summary(summary).signed();
    let open = |path, service, summary| Spec::post(path).of(service).summary(summary);

    for (version, path) in OrderVersion::ALL.into_iter().zip(CREATE) {
        let spec =
            buyer(path, "program", "place an order; the data is its number").takes("CreateOrder").gives("Number");
        routes.add(spec, |s, path| door::original(s, path, move |call| orders::create(version, call)));
    }
    let spec = open("/program/detail", "program", "a program").takes("ProgramRef").gives("ProgramDetail");
    routes.add(spec, |s, path| door::original(s, path, programs::detail));
    let spec = open("/ticket/category/select/list/by/program", "program", "what is left of a program");
    let spec = spec.takes("OfProgram").gives_many("CategoryStock");
    routes.add(spec, |s, path| door::original(s, path, programs::categories));
    let spec = open("/seat/relate/info", "program", "every seat and its state").takes("OfProgram").gives("SeatMap");
    routes.add(spec, |s, path| door::original(s, path, programs::seat_map));

    let spec = buyer("/order/get/cache", "order", "poll an order of v4: its number, or null while it is pending");
    routes.add(spec.takes("OrderRef").gives("Number"), |s, path| door::original(s, path, orders::cache));
    let spec = buyer("/order/get", "order", "one order").takes("OrderRef").gives("OrderDetail");
    routes.add(spec, |s, path| door::original(s, path, orders::get));
    let spec = buyer("/order/select/list", "order", "an account's orders, newest first");
    routes.add(spec.takes("UserRef").gives_many("OrderSummary"), |s, path| door::original(s, path, orders::list));
    let spec = buyer("/order/cancel", "order", "cancel an unpaid order").takes("OrderRef").gives("Done");
    routes.add(spec, |s, path| door::original(s, path, orders::cancel));
    let spec = buyer("/order/account/order/count", "order", "live tickets of an account in a program");
    let spec = spec.takes("AccountCount").gives("AccountCountAnswer");
    routes.add(spec, |s, path| door::original(s, path, orders::count));
    let spec = buyer("/order/pay", "order", "start a payment; the data is a page that leads to the bank");
    routes.add(spec.takes("Pay").gives("Page"), |s, path| door::original(s, path, payments::pay));
    let spec = buyer("/order/pay/check", "order", "where a payment is").takes("PayCheck").gives("PayCheckAnswer");
    routes.add(spec, |s, path| door::original(s, path, payments::check));

    let spec = open("/user/login", "user", "sign in").takes("Login").gives("SignedIn");
    routes.add(spec, |s, path| door::original(s, path, login));
    let spec = buyer("/ticket/user/list", "user", "the persons of an account, masked");
    routes.add(spec.takes("UserRef").gives_many("TicketUserView"), |s, path| door::original(s, path, ticket_users));
}

/// Paths of the four versions, oldest first.
pub const CREATE: [&str; 4] =
    ["/program/order/create/v1", "/program/order/create/v2", "/program/order/create/v3", "/program/order/create/v4"];

/// The mock bank's page and its notice: forms, not JSON.
fn payment_channel(routes: &mut Routes) {
    let spec =
        Spec::post("/mock/pay").summary("the mock bank: pays, and shows a page").form("MockPay").text("text/html");
    routes.add(spec, |s, path| door::raw(s, path, payments::mock_pay));
    let spec = Spec::post("/order/mock/notify").of("order").summary("the mock bank's signed notice");
    routes.add(spec.form("MockNotice").text("text/plain"), |s, path| door::raw(s, path, payments::notify));
}

/// Our own routes for buyers and machines.
fn own(routes: &mut Routes) {
    let spec = Spec::get("/api/v1/orders/{orderNumber}/status").summary("where an accepted order is").signed();
    routes.add(spec.gives("OrderProgress"), |s, path| door::own(s, MethodFilter::GET, path, progress::status));
    routes.add(Spec::get("/livez").summary("does it live?").text("text/plain"), |_, _| get(health::live));
    routes.add(Spec::get("/readyz").summary("is it ready to sell?").text("text/plain"), |state, _| {
        let state = Arc::clone(state);
        get(move || health::ready(state))
    });
    routes.add(Spec::get("/metrics").summary("counters, for Prometheus").text("text/plain"), |state, _| {
        let state = Arc::clone(state);
        get(move || health::metrics(state))
    });
    routes.add(Spec::get("/openapi.json").summary("this document").gives("Anything"), |_, _| {
        let document = openapi::document(&specs()).to_string();
        get(move || async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], document) })
    });
}

/// Operators' routes.
fn operators(routes: &mut Routes) {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    let get = |path, summary| Spec::get(path).summary(summary).operators();
    let post = |path, summary| Spec::post(path).summary(summary).operators();

    let spec = get("/api/v1/audit", "the laws, over one program or all").query(&["program"]).gives("AuditAnswer");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::server::audit));
    let spec = post("/api/v1/admin/programs/import", "import programs: the whole file, or nothing of it");
    let spec = spec.query(&IMPORT_QUERY).file().gives("Imported");
    routes.add(spec, |s, path| {
        let import = door::operators(s, POST, path, admin::import::import);
        import.layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX))
    });
    let spec = get("/api/v1/admin/programs", "all programs").gives_many("ProgramLine");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::programs::list));
    let spec = get("/api/v1/admin/programs/{id}", "one program").gives("ProgramLine");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::programs::show));
    let spec = Spec::put("/api/v1/admin/programs/{id}/sale").summary("open or close a sale").operators();
    routes.add(spec.takes("SaleChange"), |s, path| door::operators(s, MethodFilter::PUT, path, admin::programs::sale));
    let spec = post("/api/v1/admin/programs/{id}/reset", "remove all orders of a program; its seats are free then");
    routes.add(spec, |s, path| door::operators(s, POST, path, admin::programs::reset));
    let spec = post("/api/v1/admin/accounts", "make test accounts, with their tokens");
    let spec = spec.takes("MakeAccounts").gives("AccountsMade");
    routes.add(spec, |s, path| door::operators(s, POST, path, admin::accounts::make));
    let spec = get("/api/v1/admin/orders", "orders by number, or the newest first").query(&ORDERS_QUERY);
    routes.add(spec.gives_many("OrderLine"), |s, path| door::operators(s, GET, path, admin::orders::list));
    let spec = get("/api/v1/admin/orders/{orderNumber}", "one order").gives("OrderLine");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::orders::show));
    let spec = post("/api/v1/admin/orders/{orderNumber}/cancel", "cancel an unpaid order");
    routes.add(spec, |s, path| door::operators(s, POST, path, admin::orders::cancel));
    let spec = post("/api/v1/admin/orders/{orderNumber}/refund", "refund a paid order; its seats are free then");
    routes.add(spec, |s, path| door::operators(s, POST, path, admin::orders::refund));
    let spec = get("/api/v1/admin/orders/{orderNumber}/life", "what became of an order, step by step");
    routes.add(spec.gives("OrderLife"), |s, path| door::operators(s, GET, path, admin::life::show));
    let spec = get("/api/v1/admin/seats/{seatId}", "a seat, and who has it").gives("SeatDetail");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::seats::show));
    let spec = get("/api/v1/admin/queue", "orders held and waiting to be written").gives("QueueAnswer");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::server::queue));
    let spec =
        get("/api/v1/stream", "the live feed: server-sent events, a snapshot and then what changes; docs/FEED.md");
    routes.add(spec.query(&["program"]).text("text/event-stream"), stream::route);
    let spec = get("/api/v1/admin/environment", "what this server runs on").gives("Environment");
    routes.add(spec, |s, path| door::operators(s, GET, path, admin::server::environment));
}

const ORDERS_QUERY: [&str; 11] = [
    "program",
    "user",
    "status",
    "version",
    "category",
    "made_after_ms",
    "made_before_ms",
    "after",
    "before",
    "newest",
    "limit",
];

const IMPORT_QUERY: [&str; 11] = [
    "format",
    "real_name",
    "permit_choose_seat",
    "per_order_limit",
    "per_account_limit",
    "opens_at_ms",
    "closes_at_ms",
    "id",
    "title",
    "price",
    "prices",
];

/// Routes as they are added: always to the document and, where there is a server, to its router.
#[derive(Default)]
struct Routes {
    state: Option<Arc<State>>,
    router: Router,
    specs: Vec<Spec>,
}

impl Routes {
    fn mounted(state: &Arc<State>) -> Self {
        Self { state: Some(Arc::clone(state)), ..Self::default() }
    }

    fn add(&mut self, spec: Spec, handler: impl FnOnce(&Arc<State>, &'static str) -> MethodRouter) {
        if let Some(state) = &self.state {
            let handler = handler(state, spec.path);
            let mut router = std::mem::take(&mut self.router);
            if let Some(service) = spec.service {
                router = router.route(&format!("/damai/{service}{}", spec.path), handler.clone());
            }
            self.router = router.route(spec.path, handler);
        }
        self.specs.push(spec);
    }
}

fn panicked() -> Response {
    Trouble::from(Failure::Broken("a handler panicked: this is a bug".to_owned())).answer(Reader::Buyer)
}
