//! Pages and forms, compiled once to the JSON that `loadPage` and `getFormDefinition` answer.
//!
//! Input is the page or form as its document has it, and a *context*: what the model knows of the entities it names
//! (labels, types, options, checks, the id of each entity's form). Output is bytes: the request path copies them. The
//! members of the wire's shape are always there, null where empty; members beyond it only with a value. Members come in a
//! fixed order, so equal documents give equal bytes.
//!
//! A page is left open at its end: `meta` lacks what only revision and request know.

mod form;
mod page;
mod source;

pub use form::compile_form;
pub use page::compile_page;
pub use source::LayoutError;
