//! What is called: paths, their templates for logs, and the rights that they need.

use http::Method;

/// What is read or written. Pure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    Companies,
    Company,
    Contacts,
    Contact,
    Items,
    Item,
    Notes,
    CommunicationTypes,
    ContactTypes,
    Departments,
}

/// A level of a security role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Inquire,
    Add,
    Edit,
    Delete,
}

impl Resource {
    /// Its path, as a template.
    fn template(self) -> &'static str {
        match self {
            Self::Companies => "/company/companies",
            Self::Company => "/company/companies/{id}",
            Self::Contacts => "/company/contacts",
            Self::Contact => "/company/contacts/{id}",
            Self::Items => "/company/contacts/{id}/communications",
            Self::Item => "/company/contacts/{id}/communications/{id}",
            Self::Notes => "/company/contacts/{id}/notes",
            Self::CommunicationTypes => "/company/communicationTypes",
            Self::ContactTypes => "/company/contacts/types",
            Self::Departments => "/company/contacts/departments",
        }
    }

    /// The segments of its path, with these ids in its holes.
    pub(super) fn segments(self, ids: &[i64]) -> Vec<String> {
        let mut ids = ids.iter();
        let segments = self.template().split('/').filter(|part| !part.is_empty());
        segments
            .map(|part| match part {
                "{id}" => ids.next().map(i64::to_string).unwrap_or_default(),
                part => part.to_owned(),
            })
            .collect()
    }

    /// The name of a call in logs: without ids.
    pub(super) fn route(self, method: &Method) -> &'static str {
        match (self, method.as_str()) {
            (Self::Companies, "GET") => "GET /company/companies",
            (Self::Company, "GET") => "GET /company/companies/{id}",
            (Self::Company, "PATCH") => "PATCH /company/companies/{id}",
            (Self::Contacts, "GET") => "GET /company/contacts",
            (Self::Contacts, "POST") => "POST /company/contacts",
            (Self::Contact, "GET") => "GET /company/contacts/{id}",
            (Self::Contact, "PATCH") => "PATCH /company/contacts/{id}",
            (Self::Items, "POST") => "POST /company/contacts/{id}/communications",
            (Self::Item, "PATCH") => "PATCH /company/contacts/{id}/communications/{id}",
            (Self::Item, "DELETE") => "DELETE /company/contacts/{id}/communications/{id}",
            (Self::Notes, "POST") => "POST /company/contacts/{id}/notes",
            (Self::CommunicationTypes, "GET") => "GET /company/communicationTypes",
            (Self::ContactTypes, "GET") => "GET /company/contacts/types",
            (Self::Departments, "GET") => "GET /company/contacts/departments",
            (Self::Departments, "POST") => "POST /company/contacts/departments",
            _ => self.template(),
        }
    }

    /// What one of them is to people.
    pub(super) fn thing(self) -> &'static str {
        match self {
            Self::Companies | Self::Company => "the company",
            Self::Contacts | Self::Contact | Self::Items | Self::Notes => "the contact",
            Self::Item => "the contact's address or number",
            Self::CommunicationTypes => "the table of communication types",
            Self::ContactTypes => "the table of contact types",
            Self::Departments => "the table of departments",
        }
    }

    /// The right that is missing, and where to give it.
    pub(super) fn missing(self, right: Right) -> String {
        let (module, what) = match self {
            Self::Companies | Self::Company => ("Companies", "Company Maintenance"),
            Self::Contacts | Self::Contact | Self::Items | Self::Item | Self::Notes => {
                ("Companies", "Contacts")
            }
            Self::CommunicationTypes | Self::ContactTypes | Self::Departments => {
                ("System", "Table Setup")
            }
        };
        let level = match right {
            Right::Inquire => "Inquire",
            Right::Add => "Add",
            Right::Edit => "Edit",
            Right::Delete => "Delete",
        };
        format!(
            "the right {level} on {module} > {what} is missing; give it, with the level All, to the \
             security role of the API member (System > Security Roles)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_in_the_holes_of_paths_and_never_in_routes() {
        let segments = Resource::Item.segments(&[57919, 7004]);
        assert_eq!(
            segments.join("/"),
            "company/contacts/57919/communications/7004"
        );
        assert_eq!(
            Resource::Item.route(&Method::PATCH),
            "PATCH /company/contacts/{id}/communications/{id}"
        );
        assert_eq!(
            Resource::Contact.route(&Method::GET),
            "GET /company/contacts/{id}"
        );
        let missing = Resource::Contact.missing(Right::Edit);
        assert!(missing.starts_with("the right Edit on Companies > Contacts"));
    }
}
