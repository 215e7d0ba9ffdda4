//! The sale said no: every reason, its code on the wire, and its words.
//! Must not hold a cause from the outside world; that is a failure and lives with whoever met it.

use std::fmt;

macro_rules! rejections {
    ($($name:ident = $code:literal, $word:literal, $chinese:literal, $english:literal;)*) => {
        /// Why the sale said no. Cheap, expected, never logged as an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rejection {
            $(#[doc = $english] $name,)*
        }

        impl Rejection {
            /// Every rejection, in the order of the table.
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            const fn words(self) -> Words {
                match self {
                    $(Self::$name => ($code, $word, $chinese, $english),)*
                }
            }
        }
    };
}

// Codes below 80000 are the original's; those from 80001 on are ours, for what the original has no code for.
rejections! {
    Malformed = 10054, "malformed", "参数验证失败", "the request is not well-formed";
    NotSignedIn = 516, "not_signed_in", "用户未登录", "sign in first: the token is missing or not valid for this user";
    TokenExpired = 10055, "token_expired", "登录已过期，请重新登录", "the token has expired: sign in again";
    WrongPassword = 501, "wrong_password", "账号或密码错误", "the account or the password is wrong";
    UserMissing = 60004, "user_missing", "用户不存在", "there is no such user";
    UserExists = 20003, "user_exists", "用户已存在", "this mobile number is registered already";
    TicketUserMissing = 60006, "ticket_user_missing", "购票人不存在", "a ticket user does not exist or is not yours";
    TicketUserRepeated = 60020, "ticket_user_repeated", "购票人重复", "a ticket user is named twice";
    TicketUsersNotTickets = 60021, "ticket_users_not_tickets", "购票人数量与票数不一致", "name exactly one ticket user for each ticket";
    SeatRepeated = 80001, "seat_repeated", "座位重复", "a seat is named twice";
    SeatMissing = 40001, "seat_missing", "座位不存在", "a seat does not exist in this program and category";
    SeatHeld = 40002, "seat_held", "座位已被锁定", "a seat is held by another order";
    SeatSold = 40003, "seat_sold", "座位已售出", "a seat is sold";
    SeatsOccupied = 40004, "seats_occupied", "没有相邻的座位", "no row has that many free seats side by side";
    CategoryNotGiven = 40005, "category_not_given", "票档不能为空", "name a ticket category or pick seats";
    CountNotGiven = 40006, "count_not_given", "购票数量不能为空", "say how many tickets";
    CountNotPositive = 40007, "count_not_positive", "购票数量必须大于0", "the number of tickets must be at least 1";
    SeatFieldMissing = 40026, "seat_field_missing", "座位信息不完整", "a picked seat needs id, category, row, column and price";
    PriceWrong = 40008, "price_wrong", "价格不正确", "a seat's price is not the server's price";
    CategoryMissing = 40010, "category_missing", "票档不存在", "this program has no such ticket category";
    SoldOut = 40011, "sold_out", "余票不足", "fewer tickets are left than asked for";
    ChooseSeatNotPermitted = 50006, "choose_seat_not_permitted", "该节目不允许选座", "seats of this program cannot be picked";
    OrderLimit = 50008, "order_limit", "超过每单限购数量", "more tickets than one order may hold";
    AccountLimit = 50009, "account_limit", "超过账号限购数量", "more tickets than one account may hold";
    NameLimit = 80002, "name_limit", "购票人已持有本场次的票", "a ticket user holds a ticket of this real-name program already";
    ProgramMissing = 40000, "program_missing", "节目不存在", "there is no such program";
    NotOnSale = 80003, "not_on_sale", "节目不在售卖时间内", "the program is not on sale now";
    KeyReused = 80004, "key_reused", "幂等键已用于其他请求", "this idempotency key was used for a different request";
    Busy = 20000, "busy", "提交频繁，请稍后重试", "too many buyers at once: try again";
    QueueTimeout = 80005, "queue_timeout", "排队超时，座位已释放", "the order waited too long in the queue and its seats were given back";
    Lost = 80006, "lost", "订单未能创建，座位已释放", "the order was never created; its seats are free";
    OrderMissing = 40015, "order_missing", "订单不存在", "there is no such order";
    OrderCancelled = 40016, "order_cancelled", "订单已取消", "the order is cancelled";
    OrderPaid = 40017, "order_paid", "订单已支付", "the order is paid";
    OrderRefunded = 40018, "order_refunded", "订单已退款", "the order is refunded";
    OrderNotUnpaid = 40032, "order_not_unpaid", "订单不是未支付状态", "only an unpaid order can be cancelled";
    OrderNotPaid = 80007, "order_not_paid", "订单不是已支付状态", "only a paid order can be refunded";
    PayPriceWrong = 60013, "pay_price_wrong", "支付金额与订单金额不一致", "the amount is not the order's price";
    PayChannelMissing = 60009, "pay_channel_missing", "支付渠道不存在", "there is no such payment channel";
    BillMissing = 60010, "bill_missing", "支付账单不存在", "no payment was started for this order";
    BillNotUnpaid = 60011, "bill_not_unpaid", "支付账单不是未支付状态", "the payment is finished already";
}

/// What stands in the table for one rejection: wire code, word for metrics and reports, Chinese, English.
type Words = (i32, &'static str, &'static str, &'static str);

impl Rejection {
    /// The code on the wire; never 0.
    #[must_use]
    pub const fn code(self) -> i32 {
        self.words().0
    }

    /// Its name in metrics, journals and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.words().1
    }

    /// What a Chinese buyer reads.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        self.words().2
    }

    /// What an English buyer reads.
    #[must_use]
    pub const fn english(self) -> &'static str {
        self.words().3
    }

    /// From a wire code.
    #[must_use]
    pub fn from_code(code: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// From its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.english())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_rejections_share_a_code_or_a_word() {
        let codes: HashSet<_> = Rejection::ALL.iter().map(|r| r.code()).collect();
        let words: HashSet<_> = Rejection::ALL.iter().map(|r| r.word()).collect();
        assert_eq!((codes.len(), words.len()), (Rejection::ALL.len(), Rejection::ALL.len()));
        assert!(!codes.contains(&0));
    }

    #[test]
    fn codes_and_words_lead_back() {
        for rejection in Rejection::ALL {
            assert_eq!(Rejection::from_code(rejection.code()), Some(rejection));
            assert_eq!(Rejection::from_word(rejection.word()), Some(rejection));
        }
    }
}
