//! What a declaration may not say even though every name in it exists.

mod backups;
mod derived;
mod ingress;
mod object_storage;
mod places;
mod postgres;
mod secrets;
mod services;
mod stores;
mod supabase;
mod teams;

use super::Problems;
use super::platform::Platform;
use crate::spec::Spec;

/// Checks on what is written.
pub(super) fn check(spec: &Spec, problems: &mut Problems<'_>) {
    places::platform(spec, problems);
    places::regions(spec, problems);
    places::environments(spec, problems);
    services::services(spec, problems);
    teams::teams(spec, problems);
    stores::components(spec, problems);
    ingress::check(spec, problems);
    object_storage::object_storage(spec, problems);
    postgres::postgres(spec, problems);
    backups::backups(spec, problems);
    supabase::supabase(spec, problems);
    secrets::secrets(spec, problems);
    stores::stores(spec, problems);
    stores::endpoints(spec, problems);
    stores::classes(spec, problems);
}

/// Checks that need the resolved platform: names that are put together from several keys.
pub(super) fn resolved(platform: &Platform, problems: &mut Problems<'_>) {
    derived::clusters(platform, problems);
    derived::hosts(platform, problems);
    derived::buckets(platform, problems);
    derived::variables(platform, problems);
    teams::namespaces(platform, problems);
    teams::quotas(platform, problems);
    ingress::resolved(platform, problems);
    object_storage::quotas(platform, problems);
}
