//! Exit codes of `tpp`, and which error ends with which.
//! Must not be known below `bin`: rooms return what happened.
//!
//! When several apply, correctness ([`AUDIT`]) outranks validity ([`NOT_VALID`]) outranks speed ([`REGRESSION`], then
//! [`THRESHOLD`]).

use std::io;

use tpp::client::ClientError;

/// It is done.
pub const OK: u8 = 0;
/// It could not be done.
pub const FAILURE: u8 = 1;
/// The command line is not understood.
pub const USAGE: u8 = 2;
/// A setting or a scenario is not valid.
pub const CONFIG: u8 = 3;
/// The server cannot be reached.
pub const UNREACHABLE: u8 = 4;
/// A bench missed a threshold of its scenario.
pub const THRESHOLD: u8 = 10;
/// A bench was slower than the runs that it is compared with.
pub const REGRESSION: u8 = 11;
/// A law of the sale is broken.
pub const AUDIT: u8 = 12;
/// A bench says nothing about the server: the load generator was the limit.
pub const NOT_VALID: u8 = 13;
/// Interrupted; what was done by then is written.
pub const INTERRUPTED: u8 = 130;

/// A setting that the command line let pass and that cannot be used all the same.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// The code that an error ends with.
pub fn of_error(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if matches!(cause.downcast_ref(), Some(ClientError::Unreachable { .. })) {
            return UNREACHABLE;
        }
        if cause.is::<ConfigError>() {
            return CONFIG;
        }
        if is_closed_pipe(cause) {
            return OK;
        }
    }
    FAILURE
}

/// Whoever read our output has seen enough (`tpp … | head`): no reason to complain.
pub fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// The worst of several codes: laws first, then a run that was broken off, validity, and speed last.
pub fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    let ranked = [AUDIT, INTERRUPTED, NOT_VALID, REGRESSION, THRESHOLD];
    let codes: Vec<u8> = codes.into_iter().collect();
    ranked.into_iter().find(|code| codes.contains(code)).unwrap_or(OK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn correctness_outranks_validity_and_validity_outranks_speed() {
        assert_eq!(worst([OK, THRESHOLD, REGRESSION]), REGRESSION);
        assert_eq!(worst([REGRESSION, NOT_VALID, OK]), NOT_VALID);
        assert_eq!(worst([NOT_VALID, AUDIT, INTERRUPTED]), AUDIT);
        assert_eq!(worst([]), OK);
    }

    #[test]
    fn a_cause_deep_inside_decides_the_code() {
        let lost = ClientError::Unreachable { url: "http://127.0.0.1:1".to_owned(), cause: "refused".to_owned() };
        let error = Err::<(), _>(lost).context("failed to list programs").unwrap_err();
        assert_eq!(of_error(&error), UNREACHABLE);
        let error = Err::<(), _>(ConfigError("no".to_owned())).context("failed to start").unwrap_err();
        assert_eq!(of_error(&error), CONFIG);
        assert_eq!(of_error(&anyhow::anyhow!("something else")), FAILURE);
    }
}
