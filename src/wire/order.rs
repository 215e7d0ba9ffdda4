//! Orders on the wire: create, poll, read, list, cancel, count.
//! Must not hold a rule about orders.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{CategoryId, OrderNumber, ProgramId, SeatId, TicketUserId, UserId},
        money::Cents,
    },
    wire::text,
};

/// `POST /program/order/create/v1` … `/v4`. Answer: `data` is the order number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateOrder {
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Must be the token's user.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// One a ticket, distinct.
    #[serde(default, with = "text::list")]
    pub ticket_user_id_list: Vec<TicketUserId>,
    /// Picked seats; empty or absent: the server chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat_dto_list: Option<Vec<PickedSeat>>,
    /// Category to choose from, when no seats are picked.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub ticket_category_id: Option<CategoryId>,
    /// How many, when no seats are picked.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub ticket_count: Option<i64>,
    /// Ours: same id, same order. 1 to 64 visible ASCII characters. The header `Idempotency-Key` means the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Ours: seats need not be side by side when no row has enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_split: Option<bool>,
}

/// A seat that the buyer picked, as the seat map showed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PickedSeat {
    /// Seat.
    #[serde(default, with = "text::option")]
    pub id: Option<SeatId>,
    /// Its category.
    #[serde(default, with = "text::option")]
    pub ticket_category_id: Option<CategoryId>,
    /// Its row.
    #[serde(default, with = "text::option")]
    pub row_code: Option<u32>,
    /// Its column.
    #[serde(default, with = "text::option")]
    pub col_code: Option<u32>,
    /// Its price as shown; must be the server's.
    #[serde(default, with = "text::option")]
    pub price: Option<Cents>,
}

/// `POST /order/get/cache`, `/order/get`, `/order/cancel`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderRef {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
}

/// `POST /order/select/list`, `/ticket/user/list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRef {
    /// Must be the token's user.
    #[serde(with = "text")]
    pub user_id: UserId,
}

/// `POST /order/account/order/count`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountCount {
    /// Must be the token's user.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
}

/// Answer of `/order/account/order/count`: live tickets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountCountAnswer {
    /// Live tickets of this account in this program.
    #[serde(with = "text")]
    pub count: u32,
}

/// One entry of `/order/select/list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderSummary {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Picture; empty here.
    pub program_item_picture: String,
    /// Title.
    pub program_title: String,
    /// Place.
    pub program_place: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub program_show_time: String,
    /// Tickets.
    #[serde(with = "text")]
    pub ticket_count: u32,
    /// Price in main units.
    #[serde(with = "text")]
    pub order_price: Cents,
    /// 1 unpaid, 2 cancelled, 3 paid, 4 refunded.
    #[serde(with = "text")]
    pub order_status: u8,
    /// `yyyy-MM-dd HH:mm:ss`, UTC+8 as in the original.
    pub create_order_time: String,
}

/// Answer of `/order/get`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderDetail {
    /// The same as in the list.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// Picture; empty here.
    pub program_item_picture: String,
    /// Title.
    pub program_title: String,
    /// Place.
    pub program_place: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub program_show_time: String,
    /// How the ticket travels.
    pub distribution_mode: String,
    /// How it is taken.
    pub take_ticket_mode: String,
    /// Price in main units.
    #[serde(with = "text")]
    pub order_price: Cents,
    /// 1 unpaid, 2 cancelled, 3 paid, 4 refunded.
    #[serde(with = "text")]
    pub order_status: u8,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub create_order_time: String,
    /// Same, or empty.
    pub cancel_order_time: String,
    /// Same, or empty.
    pub pay_order_time: String,
    /// Tickets grouped by price.
    pub order_ticket_info_vo_list: Vec<TicketGroup>,
    /// Who bought and for whom.
    pub user_and_ticket_user_info_vo: PeopleOfOrder,
    /// Ours: each ticket's seat, matching `ticketUserInfoVoList` one to one.
    pub seats: Vec<TicketSeat>,
}

/// Tickets of one price.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketGroup {
    /// `1排2列,1排3列`, or a note where seats cannot be chosen.
    pub seat_info: String,
    /// Price of each.
    #[serde(with = "text")]
    pub price: Cents,
    /// How many.
    #[serde(with = "text")]
    pub quantity: u32,
    /// Empty: no discount.
    pub favourable_price: String,
    /// Sum.
    #[serde(with = "text")]
    pub rel_price: Cents,
}

/// The account and the persons of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeopleOfOrder {
    /// The account.
    pub user_info_vo: UserInfo,
    /// One a ticket.
    pub ticket_user_info_vo_list: Vec<super::account::TicketUserView>,
}

/// An account as an order shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserInfo {
    /// Name.
    pub name: String,
    /// Masked.
    pub mobile: String,
}

/// A ticket's seat.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketSeat {
    /// Seat.
    #[serde(with = "text")]
    pub seat_id: SeatId,
    /// Category.
    #[serde(with = "text")]
    pub ticket_category_id: CategoryId,
    /// Row.
    #[serde(with = "text")]
    pub row_code: u32,
    /// Column.
    #[serde(with = "text")]
    pub col_code: u32,
    /// Price.
    #[serde(with = "text")]
    pub price: Cents,
    /// Person.
    #[serde(with = "text")]
    pub ticket_user_id: TicketUserId,
}
