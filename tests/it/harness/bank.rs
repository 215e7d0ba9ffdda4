//! The other side of the mock channel: a bank that can sign whatever a test wants it to.
//! Must not be trusted by the server for anything but its signature.

use std::time::{SystemTime, UNIX_EPOCH};

use tpp::{domain::ids::Millis, server::pay::mock::MockChannel, wire::pay::MockNotice};

use super::http::{Answer, Door};

/// The bank.
#[derive(Debug)]
pub struct Bank {
    channel: MockChannel,
    door: Door,
}

impl Bank {
    pub fn new(secret: &str, door: Door) -> Self {
        Self { channel: MockChannel::new(secret), door }
    }

    /// A notice that this order was paid with this amount.
    pub fn notice(&self, order: u64, amount: &str) -> MockNotice {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
        self.channel.notice(&order.to_string(), amount, Millis(since.as_millis().try_into().expect("this century")))
    }

    /// The same notice, signed again after it was changed.
    pub fn signed(&self, mut notice: MockNotice) -> MockNotice {
        notice.sign = self.channel.sign(&notice);
        notice
    }

    /// Sends it; `success` or `failure` is the answer.
    #[track_caller]
    pub fn sends(&self, notice: &MockNotice) -> Answer {
        let fields = [
            ("app_id", &*notice.app_id),
            ("out_trade_no", &notice.out_trade_no),
            ("total_amount", &notice.total_amount),
            ("trade_no", &notice.trade_no),
            ("trade_status", &notice.trade_status),
            ("timestamp", &notice.timestamp),
            ("sign", &notice.sign),
        ];
        self.door.post_form("/order/mock/notify", &fields)
    }

    /// Sends it; was it taken?
    #[track_caller]
    pub fn takes(&self, notice: &MockNotice) -> bool {
        match self.sends(notice).text().trim() {
            "success" => true,
            "failure" => false,
            other => panic!("a channel understands success and failure, not {other:?}"),
        }
    }
}
