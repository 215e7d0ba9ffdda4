//! Payment on the wire: start, check, and the mock channel's form and signed notice.
//! Must not hold a secret.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{OrderNumber, ProgramId, UserId},
        money::Cents,
    },
    wire::text,
};

/// `POST /order/pay`. Answer: `data` is an HTML page whose form submits itself to the channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pay {
    /// 1 mini, 2 H5, 3 PC, 4 app.
    #[serde(default, with = "text::option")]
    pub platform: Option<u8>,
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// What is paid for.
    #[serde(default)]
    pub subject: Option<String>,
    /// Must be the order's price.
    #[serde(with = "text")]
    pub price: Cents,
    /// `mock`; `alipay` is served by the mock channel too.
    pub channel: String,
    /// 1.
    #[serde(default, with = "text::option")]
    pub pay_bill_type: Option<u8>,
}

/// `POST /order/pay/check`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayCheck {
    /// Order.
    #[serde(with = "text")]
    pub order_number: OrderNumber,
    /// 1 alipay, 2 wx.
    #[serde(default, with = "text::option")]
    pub pay_channel_type: Option<u8>,
}

/// Answer of `/order/pay/check`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayCheckAnswer {
    /// Order number, under the original's name.
    #[serde(with = "text")]
    pub id: OrderNumber,
    /// Program.
    #[serde(with = "text")]
    pub program_id: ProgramId,
    /// Account.
    #[serde(with = "text")]
    pub user_id: UserId,
    /// Price.
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
}

/// `POST /mock/pay` (form): the bank's side of the mock channel. It sends the signed notice and shows a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MockPay {
    /// Order number.
    pub out_trade_no: String,
    /// Main units.
    pub total_amount: String,
}

/// `POST /order/mock/notify` (form): the signed notice. Answer: `success` or `failure`.
///
/// `sign` is the lower-case hex HMAC-SHA256, under the channel's secret, of the other fields as `k=v`, sorted by name and
/// joined with `&`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MockNotice {
    /// `tpp`.
    pub app_id: String,
    /// Order number.
    pub out_trade_no: String,
    /// Main units.
    pub total_amount: String,
    /// The channel's own number.
    pub trade_no: String,
    /// `TRADE_SUCCESS`.
    pub trade_status: String,
    /// Milliseconds since 1970.
    pub timestamp: String,
    /// Signature.
    pub sign: String,
}
