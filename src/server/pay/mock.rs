//! The mock channel: a bank that always pays. Its notices are signed and verified like a real channel's.
//! Must not trust a notice before its signature.

use std::fmt::Write;

use crate::{
    domain::{
        ids::{Millis, OrderNumber},
        money::Cents,
        order::Order,
    },
    ledger::Payment,
    server::gate::seal::{Seal, from_hex, to_hex},
    wire::pay::MockNotice,
};

/// The application that the channel knows us by.
pub const APP_ID: &str = "tpp";
/// The status of a notice that says that money came in.
pub const TRADE_SUCCESS: &str = "TRADE_SUCCESS";
/// Oldest notice taken: the original's channel repeats its notices for 25 hours.
pub const NOTICE_AGE_MS_MAX: i64 = 26 * 60 * 60 * 1_000;
/// How far a notice's clock may be ahead of ours.
pub const NOTICE_AHEAD_MS_MAX: i64 = 5 * 60 * 1_000;
/// Longest trade number.
const TRADE_NUMBER_BYTES_MAX: usize = 64;

/// Why a notice was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefused {
    /// The signature is not the channel's.
    #[error("the signature is not the channel's")]
    Signature,
    /// It is for another application.
    #[error("the notice is for another application")]
    OtherApp,
    /// It does not say that money came in.
    #[error("the notice does not say that money came in")]
    NotPaid,
    /// It is too old, or from the future.
    #[error("the notice is too old, or from the future")]
    Time,
    /// Signed, and yet not an order, an amount or a trade number.
    #[error("the notice's {0} is not well-formed")]
    Field(&'static str),
}

/// The channel, both its sides: the bank that signs and we who verify.
#[derive(Debug)]
pub struct MockChannel {
    seal: Seal,
}

impl MockChannel {
    /// A channel that shares this secret with us.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self { seal: Seal::bare(secret) }
    }

    /// The page that takes the buyer to the bank: a form that submits itself to `action`.
    #[must_use]
    pub fn form_page(&self, order: &Order, action: &str) -> String {
        let (number, amount, action) = (order.number, order.price(), escaped(action));
        format!(
            "<!DOCTYPE html><html lang=\"zh\"><head><meta charset=\"utf-8\"><title>支付</title></head><body>\
             <form id=\"pay\" method=\"post\" action=\"{action}\">\
             <input type=\"hidden\" name=\"out_trade_no\" value=\"{number}\">\
             <input type=\"hidden\" name=\"total_amount\" value=\"{amount}\">\
             <noscript><button>支付 / pay</button></noscript></form>\
             <script>document.getElementById('pay').submit()</script></body></html>"
        )
    }

    /// The bank's signed notice that an order was paid. The trade number follows from the order, so that paying twice
    /// is the same trade.
    #[must_use]
    pub fn notice(&self, out_trade_no: &str, total_amount: &str, now: Millis) -> MockNotice {
        let mut notice = MockNotice {
            app_id: APP_ID.to_owned(),
            out_trade_no: out_trade_no.to_owned(),
            total_amount: total_amount.to_owned(),
            trade_no: format!("mock{out_trade_no}"),
            trade_status: TRADE_SUCCESS.to_owned(),
            timestamp: now.0.to_string(),
            sign: String::new(),
        };
        notice.sign = self.sign(&notice);
        notice
    }

    /// The signature of a notice: lower-case hex HMAC-SHA256 of its fields but `sign`, as in [`MockNotice`].
    #[must_use]
    pub fn sign(&self, notice: &MockNotice) -> String {
        to_hex(&self.seal.sign(signed_text(notice).as_bytes()))
    }

    /// What was paid, when the notice is the channel's, for us, about money, and of these days: in this order, and
    /// the signature in constant time.
    ///
    /// # Errors
    /// [`NoticeRefused`]; only the log is told which, never the sender.
    pub fn verify(&self, notice: &MockNotice, now: Millis) -> Result<Payment, NoticeRefused> {
        let sign = from_hex(&notice.sign).ok_or(NoticeRefused::Signature)?;
        if !self.seal.verify(signed_text(notice).as_bytes(), &sign) {
            return Err(NoticeRefused::Signature);
        }
        if notice.app_id != APP_ID {
            return Err(NoticeRefused::OtherApp);
        }
        if notice.trade_status != TRADE_SUCCESS {
            return Err(NoticeRefused::NotPaid);
        }
        let sent: i64 = notice.timestamp.parse().map_err(|_| NoticeRefused::Field("timestamp"))?;
        if sent < now.0 - NOTICE_AGE_MS_MAX || sent > now.0 + NOTICE_AHEAD_MS_MAX {
            return Err(NoticeRefused::Time);
        }
        let amount: Cents = notice.total_amount.parse().map_err(|_| NoticeRefused::Field("total_amount"))?;
        let order: OrderNumber = notice.out_trade_no.parse().map_err(|_| NoticeRefused::Field("out_trade_no"))?;
        let trade = &notice.trade_no;
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if trade.is_empty() || trade.len() > TRADE_NUMBER_BYTES_MAX || !trade.bytes().all(is_plain) {
            return Err(NoticeRefused::Field("trade_no"));
        }
        Ok(Payment { order, amount, trade_number: trade.clone() })
    }
}

/// `k=v` sorted by name, joined with `&`. Two notices with the same text would need a `&` in a value; no field that
/// [`MockChannel::verify`] lets through can hold one.
fn signed_text(notice: &MockNotice) -> String {
    let MockNotice { app_id, out_trade_no, total_amount, trade_no, trade_status, timestamp, sign: _ } = notice;
    format!(
        "app_id={app_id}&out_trade_no={out_trade_no}&timestamp={timestamp}&total_amount={total_amount}\
         &trade_no={trade_no}&trade_status={trade_status}"
    )
}

/// Text as it may stand in HTML, also inside a quoted attribute.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn channel() -> MockChannel {
        MockChannel::new("the channel's secret")
    }

    fn notice() -> MockNotice {
        channel().notice("7300000000000000001", "488.50", NOW)
    }

    fn signed(change: impl FnOnce(&mut MockNotice)) -> MockNotice {
        let mut notice = notice();
        change(&mut notice);
        notice.sign = channel().sign(&notice);
        notice
    }

    #[test]
    fn a_notice_of_the_channel_says_what_was_paid() {
        let payment = channel().verify(&notice(), NOW).unwrap();
        assert_eq!((payment.order.get(), payment.amount), (7_300_000_000_000_000_001, Cents(48_850)));
        assert_eq!(payment.trade_number, "mock7300000000000000001");
    }

    #[test]
    fn the_signature_is_the_documented_one() {
        let text = "app_id=tpp&out_trade_no=7300000000000000001&timestamp=1800000000000&total_amount=488.50\
                    &trade_no=mock7300000000000000001&trade_status=TRADE_SUCCESS";
        assert_eq!(notice().sign, to_hex(&Seal::bare("the channel's secret").sign(text.as_bytes())));
    }

    #[test]
    fn a_notice_with_any_field_changed_is_refused() {
        let changes: [fn(&mut MockNotice); 8] = [
            |n| n.app_id.push('x'),
            |n| n.out_trade_no = "7300000000000000002".to_owned(),
            |n| n.total_amount = "0.01".to_owned(),
            |n| n.trade_no.push('1'),
            |n| n.trade_status = "TRADE_CLOSED".to_owned(),
            |n| n.timestamp = "1800000000001".to_owned(),
            |n| n.sign = n.sign.to_uppercase(),
            |n| n.sign.clear(),
        ];
        for change in changes {
            let mut forged = notice();
            change(&mut forged);
            assert_eq!(channel().verify(&forged, NOW), Err(NoticeRefused::Signature), "{forged:?}");
        }
        assert_eq!(MockChannel::new("another").verify(&notice(), NOW), Err(NoticeRefused::Signature));
    }

    #[test]
    fn a_signed_notice_must_still_be_ours_paid_of_these_days_and_well_formed() {
        type Case = (fn(&mut MockNotice), NoticeRefused);
        let cases: [Case; 7] = [
            (|n| n.app_id = "other".to_owned(), NoticeRefused::OtherApp),
            (|n| n.trade_status = "WAIT_BUYER_PAY".to_owned(), NoticeRefused::NotPaid),
            (|n| n.total_amount = "-1".to_owned(), NoticeRefused::Field("total_amount")),
            (|n| n.out_trade_no = "0".to_owned(), NoticeRefused::Field("out_trade_no")),
            (|n| n.timestamp = "now".to_owned(), NoticeRefused::Field("timestamp")),
            (|n| n.trade_no = "1&trade_status=TRADE_SUCCESS".to_owned(), NoticeRefused::Field("trade_no")),
            (|n| n.trade_no.clear(), NoticeRefused::Field("trade_no")),
        ];
        for (change, refused) in cases {
            assert_eq!(channel().verify(&signed(change), NOW), Err(refused));
        }
        assert!(channel().verify(&notice(), NOW.plus_ms(NOTICE_AGE_MS_MAX)).is_ok());
        assert_eq!(channel().verify(&notice(), NOW.plus_ms(NOTICE_AGE_MS_MAX + 1)), Err(NoticeRefused::Time));
        assert!(channel().verify(&notice(), NOW.plus_ms(-NOTICE_AHEAD_MS_MAX)).is_ok());
        assert_eq!(channel().verify(&notice(), NOW.plus_ms(-NOTICE_AHEAD_MS_MAX - 1)), Err(NoticeRefused::Time));
    }

    #[test]
    fn what_stands_in_html_cannot_leave_its_place() {
        assert_eq!(escaped("a\"><b 'x' & 好"), "a&#34;&#62;&#60;b &#39;x&#39; &#38; 好");
    }
}
