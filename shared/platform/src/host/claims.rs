//! What API Gateway's JWT authorizer says about a caller. The authorizer has checked signature,
//! issuer, audience and time before a request comes to us; what it found is in the request's
//! context, which no caller can write to.

use axum::http::Extensions;
use lambda_http::request::RequestContext;

/// A claim about the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Claim<'a> {
    /// No JWT authorizer looked at the request: nobody knows who is calling.
    Unknown,
    /// The caller is known, and the token says nothing under that name.
    Missing,
    /// What the token says. An HTTP API writes every value as text, a list as `[one two]`.
    Text(&'a str),
}

/// The claim of that name. `extensions` are those of the request that the router got.
pub fn claim<'a>(extensions: &'a Extensions, name: &str) -> Claim<'a> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get::<RequestContext>() else {
        return Claim::Unknown;
    };
    let authorizer = context.authorizer.as_ref();
    let Some(token) = authorizer.and_then(|authorizer| authorizer.jwt.as_ref()) else {
        return Claim::Unknown;
    };
    token
        .claims
        .get(name)
        .map_or(Claim::Missing, |text| Claim::Text(text))
}
