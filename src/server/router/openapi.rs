//! The OpenAPI 3.1 document, from the same table that the router is made of.
//! Must not name a route: the router does.

use serde_json::{Map, Value, json};

use crate::{domain::rejection::Rejection, server::router::schemas};

/// A route as it is documented.
#[derive(Debug, Clone)]
pub struct Spec {
    /// `get`, `post`, `put`.
    pub method: &'static str,
    /// Path, with `{id}` for what varies.
    pub path: &'static str,
    /// The original's service, under whose name its gateway has the route too.
    pub service: Option<&'static str>,
    /// One line.
    pub summary: &'static str,
    /// Who may call it.
    pub caller: Caller,
    /// Body.
    pub takes: Takes,
    /// Answer.
    pub gives: Gives,
    /// Names in the query.
    pub query: &'static [&'static str],
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Anybody,
    /// A buyer with a token.
    Buyer,
    /// The operator.
    Operator,
}

/// What a route reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// JSON of this schema.
    Json(&'static str),
    /// A form of this schema.
    Form(&'static str),
    /// A file.
    File,
}

/// What a route answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// 204.
    Nothing,
    /// JSON of this schema.
    One(&'static str),
    /// A list of this schema.
    Many(&'static str),
    /// Text of this kind.
    Text(&'static str),
}

impl Spec {
    const fn new(method: &'static str, path: &'static str) -> Self {
        let (takes, gives, caller) = (Takes::Nothing, Gives::Nothing, Caller::Anybody);
        Self { method, path, service: None, summary: "", caller, takes, gives, query: &[] }
    }

    /// A GET.
    #[must_use]
    pub const fn get(path: &'static str) -> Self {
        Self::new("get", path)
    }

    /// A POST.
    #[must_use]
    pub const fn post(path: &'static str) -> Self {
        Self::new("post", path)
    }

    /// A PUT.
    #[must_use]
    pub const fn put(path: &'static str) -> Self {
        Self::new("put", path)
    }

    /// Of a service of the original.
    #[must_use]
    pub const fn of(self, service: &'static str) -> Self {
        Self { service: Some(service), ..self }
    }

    /// One line on it.
    #[must_use]
    pub const fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// For buyers with a token.
    #[must_use]
    pub const fn signed(self) -> Self {
        Self { caller: Caller::Buyer, ..self }
    }

    /// For operators.
    #[must_use]
    pub const fn operators(self) -> Self {
        Self { caller: Caller::Operator, ..self }
    }

    /// Reads JSON.
    #[must_use]
    pub const fn takes(self, schema: &'static str) -> Self {
        Self { takes: Takes::Json(schema), ..self }
    }

    /// Reads a form.
    #[must_use]
    pub const fn form(self, schema: &'static str) -> Self {
        Self { takes: Takes::Form(schema), ..self }
    }

    /// Reads a file.
    #[must_use]
    pub const fn file(self) -> Self {
        Self { takes: Takes::File, ..self }
    }

    /// Answers JSON.
    #[must_use]
    pub const fn gives(self, schema: &'static str) -> Self {
        Self { gives: Gives::One(schema), ..self }
    }

    /// Answers a list.
    #[must_use]
    pub const fn gives_many(self, schema: &'static str) -> Self {
        Self { gives: Gives::Many(schema), ..self }
    }

    /// Answers text.
    #[must_use]
    pub const fn text(self, kind: &'static str) -> Self {
        Self { gives: Gives::Text(kind), ..self }
    }

    /// Reads these names from the query.
    #[must_use]
    pub const fn query(self, names: &'static [&'static str]) -> Self {
        Self { query: names, ..self }
    }

    /// Is it one of the original's, with its envelope?
    fn is_original(&self) -> bool {
        self.service.is_some() && matches!(self.gives, Gives::One(_) | Gives::Many(_))
    }
}

/// The document for these routes.
#[must_use]
pub fn document(specs: &[Spec]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for spec in specs {
        let methods = paths.entry(spec.path).or_insert_with(|| json!({}));
        methods[spec.method] = operation(spec);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "tpp",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description(),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "buyer": { "type": "apiKey", "in": "header", "name": "token" },
                "operator": { "type": "http", "scheme": "bearer" }
            }
        }
    })
}

fn description() -> String {
    let mut text = String::from(
        "Routes with a tag are also served under /damai/{tag}. They answer 200 with an envelope {code, message, data}, \
         numbers written as strings, code \"0\" for success; ids are read from strings or numbers. Our own routes under \
         /api/v1 answer problem details (RFC 9457). 503 has Retry-After.\n\nCodes:\n",
    );
    for rejection in Rejection::ALL {
        text.push_str(&format!("- {} {}: {}\n", rejection.code(), rejection.word(), rejection.english()));
    }
    text
}

fn operation(spec: &Spec) -> Value {
    let mut operation = json!({
        "operationId": operation_id(spec),
        "summary": spec.summary,
        "responses": responses(spec),
    });
    if let Some(service) = spec.service {
        operation["tags"] = json!([service]);
    }
    match spec.caller {
        Caller::Anybody => {}
        Caller::Buyer => operation["security"] = json!([{ "buyer": [] }]),
        Caller::Operator => operation["security"] = json!([{ "operator": [] }]),
    }
    let in_path = spec.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name, place, required| json!({ "name": name, "in": place, "required": required, "schema": { "type": "string" } });
    let parameters: Vec<Value> = in_path
        .map(|name| parameter(name, "path", true))
        .chain(spec.query.iter().map(|name| parameter(name, "query", false)))
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    let content = match spec.takes {
        Takes::Nothing => return operation,
        Takes::Json(name) => json!({ "application/json": { "schema": reference(name) } }),
        Takes::Form(name) => json!({ "application/x-www-form-urlencoded": { "schema": reference(name) } }),
        Takes::File => json!({ "application/octet-stream": {} }),
    };
    operation["requestBody"] = json!({ "required": true, "content": content });
    operation
}

fn responses(spec: &Spec) -> Value {
    let data = match spec.gives {
        Gives::Nothing => Value::Null,
        Gives::One(name) => reference(name),
        Gives::Many(name) => json!({ "type": "array", "items": reference(name) }),
        Gives::Text(_) => json!({ "type": "string" }),
    };
    let problem = |words: &str| json!({ "description": words, "content": { "application/problem+json": { "schema": reference("Problem") } } });
    let mut responses = match spec.gives {
        Gives::Nothing => json!({ "204": { "description": "done" } }),
        Gives::Text(kind) => json!({ "200": { "description": "text", "content": { kind: { "schema": data } } } }),
        _ if spec.is_original() => {
            let data = json!({ "anyOf": [data, { "type": "null" }, { "type": "array", "items": reference("ArgumentError") }] });
            let envelope = json!({ "type": "object", "required": ["code", "data"], "properties": {
                "code": { "type": "string" }, "message": { "type": ["string", "null"] }, "data": data } });
            let content = json!({ "application/json": { "schema": envelope } });
            json!({ "200": { "description": "an envelope; code \"0\" is a yes", "content": content } })
        }
        _ => json!({ "200": { "description": "served", "content": { "application/json": { "schema": data } } } }),
    };
    if spec.path.starts_with("/api/") {
        responses["default"] = problem("why not");
        responses["401"] = problem("no token, or not a valid one");
    }
    responses
}

fn operation_id(spec: &Spec) -> String {
    let words = spec.path.split(['/', '.']).filter(|part| !part.is_empty());
    let words: Vec<_> = words.map(|part| part.trim_matches(['{', '}'])).collect();
    format!("{}_{}", spec.method, words.join("_"))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::router::specs;
    use std::collections::HashSet;

    #[test]
    fn every_route_is_documented_once() {
        let (specs, document) = (specs(), document(&specs()));
        let documented: usize =
            document["paths"].as_object().unwrap().values().map(|methods| methods.as_object().unwrap().len()).sum();
        assert_eq!(documented, specs.len());
        let ids: HashSet<_> = specs.iter().map(operation_id).collect();
        assert_eq!(ids.len(), specs.len(), "two operations share an id");
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn the_routes_that_a_sale_needs_are_there() {
        let specs = specs();
        for path in [
            "/program/order/create/v1",
            "/program/order/create/v4",
            "/order/get/cache",
            "/order/get",
            "/order/select/list",
            "/order/cancel",
            "/order/account/order/count",
            "/order/pay",
            "/order/pay/check",
            "/order/mock/notify",
            "/mock/pay",
            "/program/detail",
            "/ticket/category/select/list/by/program",
            "/seat/relate/info",
            "/ticket/user/list",
            "/user/login",
            "/api/v1/orders/{orderNumber}/status",
            "/api/v1/audit",
            "/livez",
            "/readyz",
            "/metrics",
            "/openapi.json",
        ] {
            assert!(specs.iter().any(|spec| spec.path == path), "{path} is not a route");
        }
    }

    #[test]
    fn only_operators_reach_what_operators_may_do() {
        for spec in specs().iter().filter(|spec| spec.path.contains("/admin/") || spec.path.contains("/audit")) {
            assert_eq!(spec.caller, Caller::Operator, "{}", spec.path);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(&specs());
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(!document["components"]["schemas"][name].is_null(), "there is no schema {name}");
        }
    }
}
