//! Programs and seats on the wire.
//! Must not hold a rule about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{CategoryId, ProgramId, SeatId},
        money::Cents,
    },
    wire::text,
};

/// `POST /program/detail`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProgramRef {
    /// Program.
    #[serde(with = "text")]
    pub id: ProgramId,
}

/// `POST /ticket/category/select/list/by/program`, `/seat/relate/info`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfProgram {
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
}

/// Answer of `/program/detail`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgramDetail {
    /// Program.
    #[serde(with = "text")]
    pub id: ProgramId,
    /// Title.
    pub title: String,
    /// Performers.
    pub actor: String,
    /// Place.
    pub place: String,
    /// Picture; empty here.
    pub item_picture: String,
    /// City.
    pub area_name: String,
    /// Kind.
    pub program_category_name: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub show_time: String,
    /// `周四`.
    pub show_week_time: String,
    /// 0 or 1.
    #[serde(with = "text")]
    pub pre_sell: u8,
    /// 0 or 1.
    #[serde(with = "text")]
    pub permit_choose_seat: u8,
    /// 0 none, 1 conditional, 2 all.
    #[serde(with = "text")]
    pub permit_refund: u8,
    /// 0 or 1: real name.
    #[serde(with = "text")]
    pub rel_name_ticket_entrance: u8,
    /// Most tickets in an order.
    #[serde(with = "text")]
    pub per_order_limit_purchase_count: u32,
    /// Most live tickets of an account.
    #[serde(with = "text")]
    pub per_account_limit_purchase_count: u32,
    /// At least one.
    pub ticket_category_vo_list: Vec<CategoryBrief>,
}

/// A category in a program's detail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CategoryBrief {
    /// Category.
    #[serde(with = "text")]
    pub id: CategoryId,
    /// Name.
    pub introduce: String,
    /// Price.
    #[serde(with = "text")]
    pub price: Cents,
}

/// One entry of `/ticket/category/select/list/by/program`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryStock {
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Category.
    #[serde(with = "text")]
    pub id: CategoryId,
    /// Name.
    pub introduce: String,
    /// Price.
    #[serde(with = "text")]
    pub price: Cents,
    /// Seats.
    #[serde(with = "text")]
    pub total_number: u32,
    /// Available.
    #[serde(with = "text")]
    pub remain_number: u32,
}

/// Answer of `/seat/relate/info`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatMap {
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Place.
    pub place: String,
    /// `yyyy-MM-dd HH:mm:ss`.
    pub show_time: String,
    /// `周四`.
    pub show_week_time: String,
    /// Distinct prices, lowest first.
    pub price_list: Vec<String>,
    /// Price to its seats.
    pub seat_vo_map: BTreeMap<String, Vec<SeatView>>,
}

/// A seat of the map.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatView {
    /// Seat.
    #[serde(with = "text")]
    pub id: SeatId,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Category.
    #[serde(with = "text")]
    pub ticket_category_id: CategoryId,
    /// Row.
    #[serde(with = "text")]
    pub row_code: u32,
    /// Column.
    #[serde(with = "text")]
    pub col_code: u32,
    /// 1.
    #[serde(with = "text")]
    pub seat_type: u8,
    /// Price.
    #[serde(with = "text")]
    pub price: Cents,
    /// 1 unsold, 2 locked, 3 sold.
    #[serde(with = "text")]
    pub sell_status: u8,
}
