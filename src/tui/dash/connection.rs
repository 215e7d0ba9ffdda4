//! How the connection stands, in a word: decided from the link and the age of the last frame, nothing else.
//! Must not read a clock, nor draw.

use super::ask::Link;
use crate::tui::lang::Lang;

/// A picture older than this is no longer live. The feed says something at least once a second.
const STALE_AFTER_MS: i64 = 2_000;

/// What is known of the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Connection {
    link: Link,
    heard_at_ms: Option<i64>,
    lost_at_ms: Option<i64>,
}

/// How it stands. Ages in whole seconds, so that nothing changes more often than it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has been heard yet, and nothing went wrong.
    Connecting,
    /// What is shown is true.
    Live,
    /// The feed is open and silent.
    Stale {
        /// Seconds since the last frame.
        age_s: u64,
    },
    /// The feed is closed.
    Offline {
        /// Seconds since the last frame; since it was lost where there was none.
        age_s: u64,
        /// Seconds until the next attempt.
        again_s: u64,
    },
}

impl Connection {
    /// The link changed.
    pub fn hear_link(&mut self, link: Link, now_ms: i64) {
        self.lost_at_ms = match link {
            Link::Lost { .. } => self.lost_at_ms.or(Some(now_ms)),
            Link::Connecting | Link::Live => None,
        };
        self.link = link;
    }

    /// A frame came.
    pub const fn hear_frame(&mut self, now_ms: i64) {
        self.heard_at_ms = Some(now_ms);
    }

    /// Is there any picture at all?
    #[must_use]
    pub const fn has_picture(&self) -> bool {
        self.heard_at_ms.is_some()
    }

    /// Why there is no connection, and which attempt comes next.
    #[must_use]
    pub fn cause(&self) -> Option<(&str, u32)> {
        match &self.link {
            Link::Lost { cause, attempt, .. } => Some((cause, *attempt)),
            Link::Connecting | Link::Live => None,
        }
    }

    /// How it stands at this moment.
    #[must_use]
    pub fn standing(&self, now_ms: i64) -> Standing {
        let age = |since: Option<i64>| (now_ms - since.unwrap_or(now_ms)).max(0).cast_unsigned();
        match &self.link {
            Link::Lost { again_at_ms, .. } => Standing::Offline {
                age_s: age(self.heard_at_ms.or(self.lost_at_ms)) / 1_000,
                again_s: (again_at_ms - now_ms).max(0).cast_unsigned().div_ceil(1_000),
            },
            _ if self.heard_at_ms.is_none() => Standing::Connecting,
            _ => match age(self.heard_at_ms) {
                age if age < STALE_AFTER_MS.cast_unsigned() => Standing::Live,
                age => Standing::Stale { age_s: age / 1_000 },
            },
        }
    }
}

impl Standing {
    /// What is shown is not what is true any more.
    #[must_use]
    pub const fn is_old(self) -> bool {
        matches!(self, Self::Stale { .. } | Self::Offline { .. })
    }

    /// All that is to say of it, then with less room, then with hardly any.
    #[must_use]
    pub fn words(self, lang: Lang) -> [String; 3] {
        let fixed = |word: &str| [word.to_owned(), word.to_owned(), word.to_owned()];
        match self {
            Self::Connecting => fixed(lang.pick("CONNECTING", "连接中")),
            Self::Live => fixed(lang.pick("LIVE", "实时")),
            Self::Stale { age_s } => {
                let word = lang.pick("STALE", "滞后");
                let aged = format!("{word} {}", seconds(age_s, lang));
                [aged.clone(), aged, word.to_owned()]
            }
            Self::Offline { age_s, again_s } => {
                let word = lang.pick("OFFLINE", "离线");
                let aged = format!("{word} {}", seconds(age_s, lang));
                let again = match (again_s, lang) {
                    (0, Lang::En) => ", trying".to_owned(),
                    (0, Lang::Zh) => "，重连中".to_owned(),
                    (_, Lang::En) => format!(", again in {again_s} s"),
                    (_, Lang::Zh) => format!("，{again_s} 秒后重连"),
                };
                [format!("{aged}{again}"), aged, word.to_owned()]
            }
        }
    }
}

/// Seconds with their unit; minutes from two on.
fn seconds(seconds: u64, lang: Lang) -> String {
    match seconds {
        ..120 => format!("{seconds}{}", lang.pick(" s", " 秒")),
        120..7_200 => format!("{}{}", seconds / 60, lang.pick(" min", " 分")),
        _ => format!("{}{}", seconds / 3_600, lang.pick(" h", " 小时")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(again_at_ms: i64) -> Link {
        Link::Lost { cause: "connection refused".to_owned(), attempt: 2, again_at_ms }
    }

    #[test]
    fn a_feed_that_is_open_and_silent_is_stale_and_one_that_speaks_is_live() {
        let mut connection = Connection::default();
        connection.hear_link(Link::Live, 0);
        assert_eq!(connection.standing(9_000), Standing::Connecting, "nothing was heard yet");
        connection.hear_frame(10_000);
        assert_eq!(connection.standing(11_999), Standing::Live);
        assert_eq!(connection.standing(14_500), Standing::Stale { age_s: 4 });
        connection.hear_frame(15_000);
        assert_eq!(connection.standing(15_100), Standing::Live);
    }

    #[test]
    fn a_lost_feed_counts_from_the_last_frame_and_down_to_the_next_attempt() {
        let mut connection = Connection::default();
        connection.hear_link(lost(3_000), 1_000);
        connection.hear_link(lost(9_000), 4_000);
        assert_eq!(connection.standing(6_500), Standing::Offline { age_s: 5, again_s: 3 }, "since it was lost first");
        connection.hear_link(Link::Live, 9_000);
        connection.hear_frame(9_000);
        assert_eq!(connection.standing(9_500), Standing::Live);
        connection.hear_link(lost(13_000), 10_000);
        assert_eq!(connection.standing(13_400), Standing::Offline { age_s: 4, again_s: 0 });
        assert_eq!(connection.cause(), Some(("connection refused", 2)));
    }

    #[test]
    fn words_get_shorter_and_never_lose_what_matters() {
        let offline = Standing::Offline { age_s: 12, again_s: 3 };
        assert_eq!(offline.words(Lang::En), ["OFFLINE 12 s, again in 3 s", "OFFLINE 12 s", "OFFLINE"]);
        assert_eq!(offline.words(Lang::Zh), ["离线 12 秒，3 秒后重连", "离线 12 秒", "离线"]);
        assert_eq!(Standing::Stale { age_s: 300 }.words(Lang::En), ["STALE 5 min", "STALE 5 min", "STALE"]);
        assert_eq!(Standing::Offline { age_s: 9_000, again_s: 0 }.words(Lang::En)[0], "OFFLINE 2 h, trying");
    }

    #[test]
    fn a_clock_that_was_set_back_harms_nothing() {
        let mut connection = Connection::default();
        connection.hear_link(Link::Live, 50_000);
        connection.hear_frame(50_000);
        assert_eq!(connection.standing(10), Standing::Live);
    }
}
