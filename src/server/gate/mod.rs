//! What a request passes first: the token of a buyer or of the operator, and the gate of a program's sale.
//! Must not know what the request wants.

pub mod sale;
pub mod seal;
pub mod secrets;

pub use sale::{Closure, SaleGates};

use std::{fmt, time::Duration};

use crate::{
    domain::{
        ids::{Millis, UserId},
        rejection::Rejection,
    },
    server::gate::seal::{Seal, from_hex, to_hex},
};

/// Longest token looked at: ours have about 100 bytes.
const TOKEN_BYTES_MAX: usize = 160;
/// What every token of ours begins with; another scheme would get another number.
const TOKEN_SCHEME: &str = "1";

/// Issues and verifies tokens. A token is `1-<user>-<expiry in s>-<hex HMAC-SHA256>`: nothing to keep on the server,
/// and no algorithm for the client to choose.
pub struct Gate {
    buyers: Seal,
    operators: Seal,
    operator: [u8; 32],
    operator_exists: bool,
    ttl_s: i64,
}

impl Gate {
    /// A gate with its secret, the operator's token and the life of a buyer's token. An empty operator's token opens
    /// nothing.
    #[must_use]
    pub fn new(secret: &str, admin_token: &str, ttl: Duration) -> Self {
        let operators = Seal::new(secret, "operator's token");
        Self {
            buyers: Seal::new(secret, "buyers' tokens"),
            operator: operators.sign(admin_token.as_bytes()),
            operators,
            operator_exists: !admin_token.is_empty(),
            ttl_s: i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// A token for this user, good from now until its time is over.
    #[must_use]
    pub fn issue(&self, user: UserId, now: Millis) -> String {
        let expiry_s = (now.0 / 1_000).saturating_add(self.ttl_s);
        let mut token = format!("{TOKEN_SCHEME}-{user}-{expiry_s}");
        let seal = self.buyers.sign(token.as_bytes());
        token.push('-');
        token.push_str(&to_hex(&seal));
        token
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// [`Rejection::NotSignedIn`] when it is not one of ours, [`Rejection::TokenExpired`] when it was.
    pub fn verify(&self, token: &str, now: Millis) -> Result<UserId, Rejection> {
        let (user, expiry_s) = self.read(token).ok_or(Rejection::NotSignedIn)?;
        if now.0 / 1_000 >= expiry_s { Err(Rejection::TokenExpired) } else { Ok(user) }
    }

    fn read(&self, token: &str) -> Option<(UserId, i64)> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (claims, seal) = token.rsplit_once('-')?;
        if !self.buyers.verify(claims.as_bytes(), &from_hex(seal)?) {
            return None;
        }
        let (scheme, claims) = claims.split_once('-')?;
        let (user, expiry_s) = claims.split_once('-')?;
        if scheme != TOKEN_SCHEME {
            return None;
        }
        Some((user.parse().ok()?, expiry_s.parse().ok()?))
    }

    /// Is it the operator's token? Takes the same time whatever was sent.
    #[must_use]
    pub fn is_operator(&self, token: &str) -> bool {
        self.operators.verify(token.as_bytes(), &self.operator) && self.operator_exists
    }
}

/// Shows nothing: a gate holds secrets.
impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_800_000_000_000);

    fn gate() -> Gate {
        Gate::new("a secret of some length", "operator", Duration::from_secs(60))
    }

    fn user(id: u64) -> UserId {
        UserId::new(id).unwrap()
    }

    #[test]
    fn a_token_leads_back_to_its_user_until_its_time_is_over() {
        let token = gate().issue(user(42), NOW);
        assert_eq!(gate().verify(&token, NOW), Ok(user(42)));
        assert_eq!(gate().verify(&token, NOW.plus_ms(59_999)), Ok(user(42)));
        assert_eq!(gate().verify(&token, NOW.plus_ms(60_000)), Err(Rejection::TokenExpired));
    }

    #[test]
    fn a_token_with_any_character_changed_is_refused() {
        let token = gate().issue(user(42), NOW);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(gate().verify(&forged, NOW), Err(Rejection::NotSignedIn), "{forged}");
        }
    }

    #[test]
    fn what_visitors_send_is_not_a_token() {
        let other = Gate::new("another secret", "operator", Duration::from_secs(60)).issue(user(42), NOW);
        let good = gate().issue(user(42), NOW);
        let long = "1".repeat(10_000);
        for token in ["", "undefined", "null", "-", "---", "1-42-9999999999-", &other, &good[1..], &good[..70], &long] {
            assert_eq!(gate().verify(token, NOW), Err(Rejection::NotSignedIn), "{token}");
        }
    }

    #[test]
    fn only_the_operators_token_opens_the_operators_routes() {
        assert!(gate().is_operator("operator"));
        assert!(!gate().is_operator("operato") && !gate().is_operator("") && !gate().is_operator("Operator"));
        assert!(!gate().is_operator(&gate().issue(user(1), NOW)));
        assert!(!Gate::new("secret", "", Duration::from_secs(1)).is_operator(""));
    }

    #[test]
    fn a_gate_does_not_show_its_secret() {
        assert_eq!(format!("{:?}", gate()), "Gate { .. }");
    }
}
