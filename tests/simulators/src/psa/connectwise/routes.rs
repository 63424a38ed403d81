//! Paths of the site and the API; letter case matters in both.

use serde_json::{Value, json};

use super::state::State;
use super::{COMPANY_ID, answers, auth, callbacks, companies, contacts, items, tables};
use crate::exchange::{Answer, Request};

pub(crate) fn answer(state: &mut State, request: &Request) -> Answer {
    let path = request.path.clone();
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["login", "companyinfo", company]) => company_info(state, company),
        ("GET", [codebase, "system", "callbackkey", "index.rails"])
            if *codebase == state.codebase =>
        {
            callbacks::key(state, request)
        }
        (method, [codebase, "apis", "3.0", rest @ ..]) if *codebase == state.codebase => {
            api(state, method, rest, request)
        }
        _ => Answer::html(404, "<!doctype html><html><title>Not found</title></html>"),
    }
}

/// An unknown company is answered with null.
fn company_info(state: &State, company: &str) -> Answer {
    if !company.eq_ignore_ascii_case(COMPANY_ID) {
        return Answer::json(200, &Value::Null);
    }
    let codebase = &state.codebase;
    let body = json!({
        "CompanyName": COMPANY_ID, "Codebase": format!("{codebase}/"), "VersionCode": codebase,
        "VersionNumber": "v4.6.104233", "CompanyID": COMPANY_ID, "IsCloud": true,
    });
    Answer::json(200, &body)
}

fn api(state: &mut State, method: &str, rest: &[&str], request: &Request) -> Answer {
    if let Err(refused) = auth::check(state, request) {
        return *refused;
    }
    let is_read = method == "GET";
    if (is_read && state.behaviour.deny_reads) || (!is_read && state.behaviour.deny_writes) {
        return answers::forbidden();
    }
    match (method, rest) {
        ("GET", ["system", "info"]) => {
            let info = json!({"version": "v2025.1.12345", "isCloud": true, "cloudRegion": "NA"});
            answers::ok(200, &info)
        }
        ("GET", ["system", "callbacks"]) => callbacks::list(state),
        ("POST", ["system", "callbacks"]) => callbacks::create(state, request),
        ("DELETE", ["system", "callbacks", id]) => number(id, |id| callbacks::delete(state, id)),
        (method, ["company", rest @ ..]) => company(state, method, rest, request),
        _ => answers::no_endpoint(),
    }
}

fn company(state: &mut State, method: &str, rest: &[&str], request: &Request) -> Answer {
    match (method, rest) {
        ("GET", ["companies"]) => companies::list(state, request),
        ("GET", ["companies", id]) => number(id, |id| companies::detail(state, id, request)),
        ("PATCH", ["companies", id]) => number(id, |id| companies::patch(state, id, request)),
        ("GET", ["communicationTypes"]) => tables::communication_types(state, request),
        ("GET", ["contacts"]) => contacts::list(state, request),
        ("POST", ["contacts"]) => contacts::post(state, request),
        ("GET", ["contacts", "count"]) => contacts::count(state, request),
        ("GET", ["contacts", "types"]) => tables::contact_types(state, request),
        ("GET", ["contacts", "departments"]) => tables::departments(state, request),
        ("POST", ["contacts", "departments"]) => tables::add_department(state, request),
        ("GET", ["contacts", id]) => number(id, |id| contacts::detail(state, id, request)),
        ("PATCH", ["contacts", id]) => number(id, |id| contacts::patch(state, id, request)),
        ("POST", ["contacts", id, "notes"]) => number(id, |id| contacts::note(state, id, request)),
        (method, ["contacts", contact, "communications", rest @ ..]) => {
            number(contact, |contact| {
                communications(state, method, contact, rest, request)
            })
        }
        ("PUT", _) => answers::error(405, "MethodNotAllowed", "The method is not allowed."),
        _ => answers::no_endpoint(),
    }
}

fn communications(
    state: &mut State,
    method: &str,
    contact: i64,
    rest: &[&str],
    request: &Request,
) -> Answer {
    match (method, rest) {
        ("GET", []) => items::list(state, contact, request),
        ("POST", []) => items::create(state, contact, request),
        ("GET", [id]) => number(id, |id| items::detail(state, contact, id)),
        ("PATCH", [id]) => number(id, |id| items::change(state, contact, id, request)),
        ("DELETE", [id]) => number(id, |id| items::delete(state, contact, id)),
        _ => answers::no_endpoint(),
    }
}

fn number(text: &str, act: impl FnOnce(i64) -> Answer) -> Answer {
    match text.parse() {
        Ok(id) => act(id),
        Err(_) => answers::no_endpoint(),
    }
}
