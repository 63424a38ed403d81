//! The attributes of an account that sources, PSAs and people fill: one list, used by import,
//! authority, push and explanation alike.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// What people call the account.
    DisplayName,
    /// What the account signs in with.
    Username,
    /// First name.
    GivenName,
    /// Last name.
    Surname,
    /// The main e-mail address.
    Email,
    /// The mobile phone.
    Mobile,
    /// The desk phone.
    Phone,
    /// The job title.
    JobTitle,
    /// The department.
    Department,
}

impl Attribute {
    /// All attributes, in the order in which people are shown them.
    pub const ALL: [Self; 9] = [
        Self::DisplayName,
        Self::Username,
        Self::GivenName,
        Self::Surname,
        Self::Email,
        Self::Mobile,
        Self::Phone,
        Self::JobTitle,
        Self::Department,
    ];

    /// The attribute's name in configuration, answers and items.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DisplayName => "display_name",
            Self::Username => "username",
            Self::GivenName => "given_name",
            Self::Surname => "surname",
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::Phone => "phone",
            Self::JobTitle => "job_title",
            Self::Department => "department",
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value for each attribute, or none.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// See [`Attribute::DisplayName`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// See [`Attribute::Username`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// See [`Attribute::GivenName`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// See [`Attribute::Surname`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// See [`Attribute::Email`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// See [`Attribute::Mobile`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// See [`Attribute::Phone`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// See [`Attribute::JobTitle`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// See [`Attribute::Department`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
}

impl Fields {
    /// The value of an attribute.
    pub fn get(&self, attribute: Attribute) -> Option<&str> {
        self.slot(attribute).as_deref()
    }

    /// Sets or clears an attribute.
    pub fn set(&mut self, attribute: Attribute, value: Option<String>) {
        *self.slot_mut(attribute) = value;
    }

    fn slot(&self, attribute: Attribute) -> &Option<String> {
        match attribute {
            Attribute::DisplayName => &self.display_name,
            Attribute::Username => &self.username,
            Attribute::GivenName => &self.given_name,
            Attribute::Surname => &self.surname,
            Attribute::Email => &self.email,
            Attribute::Mobile => &self.mobile,
            Attribute::Phone => &self.phone,
            Attribute::JobTitle => &self.job_title,
            Attribute::Department => &self.department,
        }
    }

    /// The place of an attribute's value.
    pub fn slot_mut(&mut self, attribute: Attribute) -> &mut Option<String> {
        match attribute {
            Attribute::DisplayName => &mut self.display_name,
            Attribute::Username => &mut self.username,
            Attribute::GivenName => &mut self.given_name,
            Attribute::Surname => &mut self.surname,
            Attribute::Email => &mut self.email,
            Attribute::Mobile => &mut self.mobile,
            Attribute::Phone => &mut self.phone,
            Attribute::JobTitle => &mut self.job_title,
            Attribute::Department => &mut self.department,
        }
    }
}

impl fmt::Debug for Fields {
    /// Which attributes have a value, never the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(Attribute::ALL.iter().filter(|a| self.get(**a).is_some()))
            .finish()
    }
}
