//! The tables `[components.…]` that are large enough for a file of their own.

mod backups;
mod ingress;
mod object_storage;
mod postgres;
mod rabbitmq;
mod secrets;
mod supabase;
mod valkey;

pub use backups::*;
pub use ingress::*;
pub use object_storage::*;
pub use postgres::*;
pub use rabbitmq::*;
pub use secrets::*;
pub use supabase::*;
pub use valkey::*;
