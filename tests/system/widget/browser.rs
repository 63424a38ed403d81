//! The widget in front of a person.
