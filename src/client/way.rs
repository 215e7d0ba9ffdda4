//! The way to a server: path prefixes of its gateway, and headers that every request carries.
//! Must not show the value of a header: it may be a secret.

use std::{borrow::Cow, fmt};

/// Why a prefix or a header cannot be used. Never holds a header's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WayError {
    /// A prefix is not a path, or names no service.
    #[error("the prefix {0:?} {1}")]
    Prefix(String, &'static str),
    /// A header is not `Name: value`, or is one that every request has anyway.
    #[error("the header {0:?} {1}")]
    Header(String, &'static str),
}

/// The branches of the original (its services), by which its gateway tells requests apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    Program,
    Order,
    User,
    /// Ours: the page of the bank that comes with the server.
    Bank,
}

impl Branch {
    const ALL: [Self; 4] = [Self::Program, Self::Order, Self::User, Self::Bank];

    const fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Order => "order",
            Self::User => "user",
            Self::Bank => "bank",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.word() == word)
    }

    /// `/ticket/user/…` is the user's, other tickets are the program's.
    fn of_path(path: &str) -> Option<Self> {
        let starts = |starts: &[&str]| starts.iter().any(|start| path.starts_with(start));
        match () {
            () if starts(&["/user/", "/ticket/user/"]) => Some(Self::User),
            () if starts(&["/program/", "/ticket/", "/seat/"]) => Some(Self::Program),
            () if starts(&["/order/"]) => Some(Self::Order),
            () if starts(&["/mock/"]) => Some(Self::Bank),
            () => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Prefixes {
    #[default]
    None,
    /// Before every path; `{service}` in it is the path's service.
    One(String),
    /// Before the paths of these services.
    Each(Vec<(Branch, String)>),
}

/// The way to a server.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Way {
    prefixes: Prefixes,
    headers: Vec<(String, String)>,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Way").field("prefixes", &self.prefixes).field("headers", &names).finish()
    }
}

impl Way {
    /// `prefix` is `/one/for/all`, `/damai/{service}`, or `order=/a,program=/b`; each header is `Name: value`.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn new(prefix: Option<&str>, headers: &[String]) -> Result<Self, WayError> {
        let prefixes = prefix.map_or(Ok(Prefixes::None), prefixes)?;
        Ok(Self { prefixes, headers: headers.iter().map(|line| header(line)).collect::<Result<_, _>>()? })
    }

    /// The path as the gateway wants it.
    #[must_use]
    pub fn path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        let service = Branch::of_path(path);
        let prefix = match (&self.prefixes, service) {
            (Prefixes::One(one), Some(service)) => one.replace("{service}", service.word()),
            (Prefixes::One(one), None) if !one.contains("{service}") => one.clone(),
            (Prefixes::Each(each), Some(service)) => {
                each.iter().find(|(named, _)| *named == service).map_or_else(String::new, |(_, prefix)| prefix.clone())
            }
            (Prefixes::None | Prefixes::One(_) | Prefixes::Each(_), _) => return Cow::Borrowed(path),
        };
        Cow::Owned(format!("{prefix}{path}"))
    }

    /// Headers that every request carries: name and value.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Does every request carry this header already? Names have no case.
    #[must_use]
    pub fn carries(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// Was a prefix given for the bank's page, so that there is one?
    #[must_use]
    pub fn leads_to_a_bank(&self) -> bool {
        matches!(&self.prefixes, Prefixes::Each(each) if each.iter().any(|(service, _)| *service == Branch::Bank))
    }
}

fn prefixes(text: &str) -> Result<Prefixes, WayError> {
    if !text.contains('=') {
        return prefix(text).map(Prefixes::One);
    }
    let mut each: Vec<(Branch, String)> = Vec::new();
    for entry in text.split(',') {
        let refuse = |why| WayError::Prefix(entry.to_owned(), why);
        let (word, path) = entry.split_once('=').ok_or_else(|| refuse("is not service=/path"))?;
        let service = Branch::of_word(word.trim())
            .ok_or_else(|| refuse("names no service: there are program, order, user and bank"))?;
        if each.iter().any(|(named, _)| *named == service) {
            return Err(refuse("names a service for the second time"));
        }
        each.push((service, prefix(path.trim())?));
    }
    Ok(Prefixes::Each(each))
}

fn prefix(text: &str) -> Result<String, WayError> {
    let refuse = |why| WayError::Prefix(text.to_owned(), why);
    let path = text.trim_end_matches('/');
    if !path.is_empty() && !path.starts_with('/') {
        return Err(refuse("does not start with /"));
    }
    let bare = path.replace("{service}", "");
    if bare.chars().any(|c| !c.is_ascii_graphic() || "?#{}\"<>\\".contains(c)) {
        return Err(refuse("is not a plain path"));
    }
    Ok(path.to_owned())
}

/// Set by every request for itself.
const OWN: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "token"];

fn header(line: &str) -> Result<(String, String), WayError> {
    // The name alone: what stands behind it may be a secret.
    let (name, value) = line.split_once(':').ok_or_else(|| {
        let start = line.split_whitespace().next().unwrap_or_default();
        WayError::Header(start.chars().take(8).collect(), "is not of the form 'Name: value'")
    })?;
    let (name, value) = (name.trim(), value.trim());
    let refuse = |why| WayError::Header(name.to_owned(), why);
    if !is_header_name(name) {
        return Err(refuse("has a name that HTTP does not allow"));
    }
    if OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return Err(refuse("is set by the bench itself"));
    }
    if !is_header_value(value) {
        return Err(refuse("has a value with characters that HTTP does not allow"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// May a header be called so?
#[must_use]
pub fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// May a header have this value?
#[must_use]
pub fn is_header_value(value: &str) -> bool {
    value.bytes().all(|b| b == b'\t' || (b' '..=b'~').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(prefix: &str, path: &str) -> String {
        Way::new(Some(prefix), &[]).unwrap().path(path).into_owned()
    }

    #[test]
    fn each_service_is_found_behind_its_prefix() {
        assert_eq!(path("/gw", "/order/get"), "/gw/order/get");
        assert_eq!(path("/gw/", "/api/v1/audit"), "/gw/api/v1/audit");
        let damai = "/damai/{service}";
        assert_eq!(path(damai, "/program/order/create/v4"), "/damai/program/program/order/create/v4");
        assert_eq!(path(damai, "/ticket/category/select/list/by/program").split('/').nth(2), Some("program"));
        assert_eq!(path(damai, "/seat/relate/info"), "/damai/program/seat/relate/info");
        assert_eq!(path(damai, "/ticket/user/list"), "/damai/user/ticket/user/list");
        assert_eq!(path(damai, "/order/pay"), "/damai/order/order/pay");
        assert_eq!(path(damai, "/api/v1/audit"), "/api/v1/audit");
        let each = "order=/o/,program=/p";
        assert_eq!(
            (path(each, "/order/get"), path(each, "/user/login")),
            ("/o/order/get".into(), "/user/login".into())
        );
        assert_eq!(Way::default().path("/x"), "/x");
    }

    #[test]
    fn only_a_prefix_that_is_named_leads_to_a_bank() {
        assert!(Way::new(Some("order=/o,bank=/b"), &[]).unwrap().leads_to_a_bank());
        assert!(!Way::new(Some("/damai/{service}"), &[]).unwrap().leads_to_a_bank());
    }

    #[test]
    fn bad_prefixes_are_refused_with_the_reason() {
        for (bad, why) in [
            ("damai", "does not start with /"),
            ("/a?b", "is not a plain path"),
            ("/a/{x}", "is not a plain path"),
            ("/a b", "is not a plain path"),
            ("orders=/a", "names no service"),
            ("order=/a,order=/b", "second time"),
            ("order=/a,/b", "is not service=/path"),
        ] {
            let said = Way::new(Some(bad), &[]).unwrap_err().to_string();
            assert!(said.contains(why), "{bad}: {said}");
        }
    }

    #[test]
    fn bad_headers_are_refused_and_no_value_is_ever_shown() {
        for (bad, why) in [
            ("X-Key", "is not of the form"),
            ("X Key: secret", "a name that HTTP does not allow"),
            (": secret", "a name that HTTP does not allow"),
            ("Host: secret", "is set by the bench itself"),
            ("Token: secret", "is set by the bench itself"),
            ("X-Key: secret\r\nEvil: 1", "a value with characters"),
        ] {
            let said = Way::new(None, &[bad.to_owned()]).unwrap_err().to_string();
            assert!(said.contains(why) && !said.contains("secret"), "{bad}: {said}");
        }
        let way = Way::new(None, &["X-Key: secret".to_owned(), "no_verify: false".to_owned()]).unwrap();
        assert_eq!(way.headers()[0], ("X-Key".to_owned(), "secret".to_owned()));
        assert!(way.carries("NO_VERIFY") && !format!("{way:?}").contains("secret"));
    }
}
