//! The original's own routes, for whoever holds no operator's token: what any buyer may ask of any server of the family.
//! Must not need a field that servers of the family leave out: such a field is `None`.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use super::{Client, ClientError};
use crate::{
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, TicketUserId, UserId},
        money::Cents,
    },
    wire::{
        account::{Login, SignedIn},
        envelope::Envelope,
        order::{OrderRef, TicketSeat, UserRef},
        program::{OfProgram, ProgramRef, SeatView},
        text,
    },
};

/// The channel that the original's own web client signs in on.
const CHANNEL: &str = "0001";

/// A program as `/program/detail` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgramTold {
    /// Program.
    #[serde(with = "text")]
    pub id: ProgramId,
    /// Title.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub title: String,
    /// Place.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub place: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub show_time: String,
    /// 1: seats may be picked.
    #[serde(default, with = "text::option")]
    pub permit_choose_seat: Option<u8>,
    /// 1: one live ticket per ticket user.
    #[serde(default, with = "text::option")]
    pub rel_name_ticket_entrance: Option<u8>,
    /// Most tickets in an order.
    #[serde(default, with = "text::option")]
    pub per_order_limit_purchase_count: Option<u32>,
    /// Most live tickets of an account.
    #[serde(default, with = "text::option")]
    pub per_account_limit_purchase_count: Option<u32>,
    /// Its categories.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub ticket_category_vo_list: Vec<CategoryTold>,
}

/// A category as `/program/detail` or `/ticket/category/select/list/by/program` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryTold {
    /// Category.
    #[serde(default, with = "text::option")]
    pub id: Option<CategoryId>,
    /// Name.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub introduce: String,
    /// Price of a seat.
    #[serde(with = "text")]
    pub price: Cents,
    /// Seats.
    #[serde(default, with = "text::option")]
    pub total_number: Option<u32>,
    /// Free seats; the original counts those down when an order is paid.
    #[serde(default, with = "text::option")]
    pub remain_number: Option<u32>,
}

/// An order in an account's own list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderTold {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// Program.
    #[serde(default, with = "text::option")]
    pub program_id: Option<ProgramId>,
    /// Title of the program.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub program_title: String,
}

/// One order as its buyer may read it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDetailTold {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// Program.
    #[serde(default, with = "text::option")]
    pub program_id: Option<ProgramId>,
    /// Account.
    #[serde(default, with = "text::option")]
    pub user_id: Option<UserId>,
    /// Price.
    #[serde(with = "text")]
    pub order_price: Cents,
    /// 1 unpaid, 2 cancelled, 3 paid, 4 refunded.
    #[serde(with = "text")]
    pub order_status: u8,
    /// `yyyy-MM-dd HH:mm:ss`, UTC+8.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub create_order_time: String,
    /// Same, or empty.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub cancel_order_time: String,
    /// Tickets grouped by price.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub order_ticket_info_vo_list: Vec<TicketsTold>,
    /// For whom.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub user_and_ticket_user_info_vo: PeopleTold,
    /// Each ticket's seat, which only our own server tells.
    #[serde(default)]
    pub seats: Option<Vec<TicketSeat>>,
}

/// Tickets of one price.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketsTold {
    /// `1排2列,1排3列`, or a note where seats cannot be chosen.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub seat_info: String,
    /// Price of each.
    #[serde(with = "text")]
    pub price: Cents,
    /// How many.
    #[serde(with = "text")]
    pub quantity: u32,
}

/// The persons of an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeopleTold {
    /// One a ticket.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub ticket_user_info_vo_list: Vec<PersonTold>,
}

/// A person of an order or of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct PersonTold {
    /// Ticket user.
    #[serde(default, with = "text::option")]
    pub id: Option<TicketUserId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeatsTold {
    #[serde(default, deserialize_with = "null_is_empty")]
    seat_vo_map: BTreeMap<String, Vec<SeatTold>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeatTold {
    #[serde(with = "text")]
    id: SeatId,
    #[serde(with = "text")]
    ticket_category_id: CategoryId,
    #[serde(with = "text")]
    row_code: u32,
    #[serde(with = "text")]
    col_code: u32,
    #[serde(with = "text")]
    price: Cents,
    #[serde(with = "text")]
    sell_status: u8,
}

/// Code and message of an envelope, whatever its data is.
#[derive(Deserialize)]
struct Word {
    #[serde(with = "text")]
    code: i32,
    #[serde(default)]
    message: Option<String>,
}

impl Client {
    /// A program.
    ///
    /// # Errors
    /// As every call of this file: a business "no" is [`ClientError::Refused`] with HTTP status 200.
    pub async fn program_told(&self, id: ProgramId) -> Result<ProgramTold, ClientError> {
        let route = "/program/detail";
        self.original(route, None, &ProgramRef { id }).await?.ok_or_else(|| nothing(route))
    }

    /// What is left of a program; empty when the server has no such list.
    ///
    /// # Errors
    /// See above.
    pub async fn stock_told(&self, program_id: ProgramId) -> Result<Vec<CategoryTold>, ClientError> {
        let told = self.original("/ticket/category/select/list/by/program", None, &OfProgram { program_id }).await;
        or_unknown(told)
    }

    /// Every seat of a program with its state, as buyers see it.
    ///
    /// # Errors
    /// See above.
    pub async fn seat_map(&self, program_id: ProgramId) -> Result<Vec<SeatView>, ClientError> {
        let told: Option<SeatsTold> = self.original("/seat/relate/info", None, &OfProgram { program_id }).await?;
        let seats = told.into_iter().flat_map(|told| told.seat_vo_map.into_values().flatten());
        let view = |seat: SeatTold| SeatView {
            id: seat.id,
            program_id,
            ticket_category_id: seat.ticket_category_id,
            row_code: seat.row_code,
            col_code: seat.col_code,
            seat_type: 1,
            price: seat.price,
            sell_status: seat.sell_status,
        };
        Ok(seats.map(view).collect())
    }

    /// The same, or nothing when the server does not show the seats of this program.
    ///
    /// # Errors
    /// See above.
    pub async fn seats_if_shown(&self, program: ProgramId) -> Result<Vec<SeatView>, ClientError> {
        or_unknown(self.seat_map(program).await.map(Some))
    }

    /// An account's own orders.
    ///
    /// # Errors
    /// See above.
    pub async fn orders_told(&self, user_id: UserId, token: &str) -> Result<Vec<OrderTold>, ClientError> {
        Ok(self.original("/order/select/list", Some(token), &UserRef { user_id }).await?.unwrap_or_default())
    }

    /// One of an account's own orders; `None` when the server says that there is none.
    ///
    /// # Errors
    /// See above.
    pub async fn order_told(
        &self,
        order_number: OrderNumber,
        token: &str,
    ) -> Result<Option<OrderDetailTold>, ClientError> {
        or_unknown(self.original("/order/get", Some(token), &OrderRef { order_number }).await.map(Some))
    }

    /// The poll of v4: is the order in the books?
    ///
    /// # Errors
    /// See above.
    pub async fn order_is_there(&self, order_number: OrderNumber, token: &str) -> Result<bool, ClientError> {
        let told = self.original("/order/get/cache", Some(token), &OrderRef { order_number }).await;
        let told: Option<NumberTold> = or_unknown(told.map(Some))?;
        Ok(told.is_some_and(|told| told.0 == Some(order_number)))
    }

    /// Signs in.
    ///
    /// # Errors
    /// See above.
    pub async fn sign_in(&self, mobile: &str, password: &str) -> Result<SignedIn, ClientError> {
        let route = "/user/login";
        let login = Login {
            code: Some(CHANNEL.to_owned()),
            mobile: Some(mobile.to_owned()),
            email: None,
            password: password.to_owned(),
        };
        self.original(route, None, &login).await?.ok_or_else(|| nothing(route))
    }

    /// The persons on an account's list.
    ///
    /// # Errors
    /// See above.
    pub async fn ticket_users(&self, user_id: UserId, token: &str) -> Result<Vec<TicketUserId>, ClientError> {
        let told: Option<Vec<PersonTold>> =
            self.original("/ticket/user/list", Some(token), &UserRef { user_id }).await?;
        Ok(told.unwrap_or_default().into_iter().filter_map(|person| person.id).collect())
    }

    async fn original<B: Serialize, T: DeserializeOwned>(
        &self,
        route: &str,
        token: Option<&str>,
        body: &B,
    ) -> Result<Option<T>, ClientError> {
        let mut request = self.call(Method::POST, route).json(body);
        if !self.way.carries("no_verify") {
            request = request.header("no_verify", "true");
        }
        if let Some(token) = token {
            request = request.header("token", token);
        }
        let answer = self.accepted(request).await?;
        let body = answer.bytes().await.map_err(|e| self.unreachable(&e))?;
        let not_understood =
            |e: serde_json::Error| ClientError::NotUnderstood { route: route.to_owned(), cause: e.to_string() };
        // A "no" may have data of another shape.
        let word: Word = serde_json::from_slice(&body).map_err(not_understood)?;
        if word.code != 0 {
            let detail = format!("{} (code {}) at {route}", word.message.unwrap_or_default(), word.code);
            return Err(ClientError::Refused { status: 200, detail });
        }
        Ok(serde_json::from_slice::<Envelope<T>>(&body).map_err(not_understood)?.data)
    }
}

/// An order number as text or number; `""` is none.
#[derive(Deserialize)]
struct NumberTold(#[serde(with = "text::option")] Option<OrderNumber>);

/// A server that says no, or has no such route, tells nothing; one that cannot be reached is an error.
fn or_unknown<T: Default>(told: Result<Option<T>, ClientError>) -> Result<T, ClientError> {
    match told {
        Ok(told) => Ok(told.unwrap_or_default()),
        Err(ClientError::Refused { status: 200 | 404, .. }) => Ok(T::default()),
        Err(error) => Err(error),
    }
}

fn nothing(route: &str) -> ClientError {
    ClientError::NotUnderstood { route: route.to_owned(), cause: "it has no data".to_owned() }
}

fn null_is_empty<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str::<Envelope<T>>(json).unwrap().data.unwrap()
    }

    #[test]
    fn the_originals_answers_are_read_with_numbers_as_text_and_with_fields_left_out() {
        let told: ProgramTold = data(
            r#"{"code":"0","message":"","data":{"id":"27","title":"夜","place":null,"showTime":"","permitChooseSeat":"1",
            "relNameTicketEntrance":"","perOrderLimitPurchaseCount":"6","detail":"x",
            "ticketCategoryVoList":[{"id":"4","introduce":"VIP","price":"488"}]}}"#,
        );
        assert_eq!((told.place.as_str(), told.permit_choose_seat, told.rel_name_ticket_entrance), ("", Some(1), None));
        assert_eq!((told.per_order_limit_purchase_count, told.per_account_limit_purchase_count), (Some(6), None));
        let category = &told.ticket_category_vo_list[0];
        assert_eq!((category.price, category.total_number), (Cents(48_800), None));

        let order: OrderDetailTold = data(
            r#"{"code":0,"data":{"orderNumber":9007199254740993,"orderPrice":976.0,"orderStatus":1,
            "orderTicketInfoVoList":[{"seatInfo":"1排2列,1排3列","price":488,"quantity":2,"favourablePrice":""}],
            "userAndTicketUserInfoVo":{"ticketUserInfoVoList":[{"relName":"*","idType":1},{"relName":"*"}]}}}"#,
        );
        assert_eq!(order.order_number.get(), 9_007_199_254_740_993);
        assert_eq!((order.order_price, order.order_ticket_info_vo_list[0].quantity), (Cents(97_600), 2));
        assert_eq!(order.user_and_ticket_user_info_vo.ticket_user_info_vo_list, [PersonTold { id: None }; 2]);
        assert!(order.seats.is_none() && order.cancel_order_time.is_empty());
    }
}
