//! Paying: start, check, the mock bank's page and its notice.
//! Must not believe a notice, nor tell its sender why.

use std::sync::Arc;

use axum::{
    extract::{Form, FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use crate::{
    domain::{order::OrderStatus, rejection::Rejection},
    ledger::{BillOpened, Paid},
    server::{
        error::Refusal,
        handlers::{civil, request::Call},
        order::settle,
        pay::{CHANNELS, mock::escaped},
        state::State,
    },
    wire::pay::{MockNotice, MockPay, Pay, PayCheck, PayCheckAnswer},
};

/// `POST /order/pay`: opens a bill; the data is a page whose form submits itself to the bank.
pub async fn pay(call: Call<Pay>) -> Result<String, Refusal> {
    let order = call.own_order(call.body.order_number).await?;
    let Pay { channel, price, .. } = &call.body;
    if !CHANNELS.contains(&channel.as_str()) {
        return Err(Rejection::PayChannelMissing.into());
    }
    match call.state.ledger.open_bill(order.number, channel.clone(), *price, call.state.now()).await? {
        BillOpened::Open => Ok(call.state.mock.form_page(&order, &bank(&call.headers))),
        BillOpened::NotUnpaid(status) => Err(not_unpaid(status).into()),
        BillOpened::WrongAmount => Err(Rejection::PayPriceWrong.into()),
        BillOpened::Missing => Err(Rejection::OrderMissing.into()),
    }
}

/// `POST /order/pay/check`.
pub async fn check(call: Call<PayCheck>) -> Result<PayCheckAnswer, Refusal> {
    let order = call.own_order(call.body.order_number).await?;
    Ok(PayCheckAnswer {
        id: order.number,
        program_id: order.program,
        user_id: order.user,
        order_price: order.price(),
        order_status: order.status.number(),
        create_order_time: civil::date_time(order.created_at),
        cancel_order_time: civil::date_time_or_empty(order.closed_at),
        pay_order_time: civil::date_time_or_empty(order.paid_at),
    })
}

/// `POST /mock/pay` (form): the bank's side. It signs its notice and hands it to the same function that the notify
/// route calls.
pub async fn mock_pay(state: Arc<State>, request: Request) -> Response {
    let Some(MockPay { out_trade_no, total_amount }) = form(request).await else {
        return page(StatusCode::BAD_REQUEST, "支付失败", "the bank did not understand the form");
    };
    let notice = state.mock.notice(&out_trade_no, &total_amount, state.now());
    match take(&state, notice).await {
        Took::Paid => page(StatusCode::OK, "支付成功", &format!("order {out_trade_no}: {total_amount} paid")),
        Took::NotNow => page(StatusCode::SERVICE_UNAVAILABLE, "支付失败", "the shop did not answer: try again"),
        Took::Refused => page(StatusCode::OK, "支付失败", "the shop refused the payment; no money has moved"),
    }
}

/// `POST /order/mock/notify` (form): `success` when it was taken, also when it had been taken before.
pub async fn notify(state: Arc<State>, request: Request) -> Response {
    let took = match form(request).await {
        Some(notice) => take(&state, notice).await,
        None => Took::Refused,
    };
    match took {
        Took::Paid => "success".into_response(),
        Took::Refused => "failure".into_response(),
        Took::NotNow => (StatusCode::SERVICE_UNAVAILABLE, "failure").into_response(),
    }
}

/// What became of a notice.
enum Took {
    Paid,
    Refused,
    NotNow,
}

/// The one way for a notice, whoever brings it: signature first.
async fn take(state: &Arc<State>, notice: MockNotice) -> Took {
    let payment = match state.mock.verify(&notice, state.now()) {
        Ok(payment) => payment,
        Err(reason) => {
            tracing::warn!(%reason, "a payment notice was refused");
            return Took::Refused;
        }
    };
    let (state, order) = (Arc::clone(state), payment.order);
    match settle::pay(&state, payment).await {
        Ok(Paid::Now(_) | Paid::Already(_) | Paid::LateRefunded(_)) => Took::Paid,
        Ok(Paid::WrongAmount | Paid::NoBill | Paid::Missing) | Err(Refusal::Rejected(_)) => {
            tracing::warn!(%order, "a payment notice did not fit its order");
            Took::Refused
        }
        Err(Refusal::Failed(failure)) => {
            tracing::error!(%order, ?failure, "a payment notice could not be taken");
            Took::NotNow
        }
    }
}

async fn form<T: DeserializeOwned>(request: Request) -> Option<T> {
    Form::from_request(request, &()).await.ok().map(|Form(form)| form)
}

const fn not_unpaid(status: OrderStatus) -> Rejection {
    match status {
        OrderStatus::Unpaid => Rejection::BillNotUnpaid,
        OrderStatus::Cancelled => Rejection::OrderCancelled,
        OrderStatus::Paid => Rejection::OrderPaid,
        OrderStatus::Refunded => Rejection::OrderRefunded,
    }
}

/// Where the bank is: at this server, under the name by which the client reached it, since the page is shown by a web
/// client that comes from elsewhere.
fn bank(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b".-:[]".contains(&c);
    if host.is_empty() || !host.bytes().all(is_plain) { "/mock/pay".to_owned() } else { format!("//{host}/mock/pay") }
}

fn page(status: StatusCode, title: &str, words: &str) -> Response {
    let (title, words) = (escaped(title), escaped(words));
    let page = format!(
        "<!DOCTYPE html><html lang=\"zh\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body><h1>{title}</h1><p>{words}</p></body></html>"
    );
    (status, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_bank_is_at_this_server_and_a_strange_host_is_not_repeated() {
        let mut headers = HeaderMap::new();
        assert_eq!(bank(&headers), "/mock/pay");
        for (host, at) in [
            ("127.0.0.1:8080", "//127.0.0.1:8080/mock/pay"),
            ("[::1]:80", "//[::1]:80/mock/pay"),
            ("a\"><b", "/mock/pay"),
        ] {
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(bank(&headers), at);
        }
    }
}
