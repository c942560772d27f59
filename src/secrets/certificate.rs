//! Self-signed certificates for servers inside a cell. Clients trust that very certificate, so there is no authority whose
//! key could make another one.

use super::plain::Plain;
use anyhow::{Context as _, bail};
use jiff::ToSpan as _;
use jiff::civil::Date;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use x509_cert::Certificate;
use x509_cert::der::DecodePem as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// How long a certificate is good for, in years. There is nobody who renews it: a rotation does, and `secrets status` says
/// when it is time.
const YEARS: i64 = 5;

/// The longest common name there is (<https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1>, `ub-common-name`).
const LONGEST_NAME: usize = 64;

/// A certificate for a server with these names, and its private key; both in PEM.
///
/// # Errors
/// When a name cannot stand in a certificate.
pub(super) fn self_signed(hosts: &[String], made: Date) -> anyhow::Result<(String, Plain)> {
    let Some(first) = hosts.first() else {
        bail!("a certificate needs a host");
    };
    let mut params = CertificateParams::new(hosts.to_vec()).context("making a certificate")?;
    params.distinguished_name = named(first);
    // The database's Jobs show the very same certificate to enter as a client.
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    set_validity(&mut params, made, made.saturating_add(YEARS.years()));
    let key = KeyPair::generate().context("making the key of a certificate")?;
    let certificate = params
        .self_signed(&key)
        .context("signing a certificate")?
        .pem();
    Ok((certificate, Plain::new(key.serialize_pem().into_bytes())))
}

/// A subject with this common name.
pub(super) fn named(name: &str) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    let name: String = name.chars().take(LONGEST_NAME).collect();
    subject.push(DnType::CommonName, name);
    subject
}

/// From the day before, because no two clocks are the same, to the last day.
pub(super) fn set_validity(params: &mut CertificateParams, made: Date, last: Date) {
    let moment = |day: Date| {
        // Months and days of a date are small and positive.
        date_time_ymd(
            i32::from(day.year()),
            day.month().unsigned_abs(),
            day.day().unsigned_abs(),
        )
    };
    params.not_before = moment(made.saturating_sub(1.day()));
    params.not_after = moment(last);
}

/// The day on which a certificate ends; `None` if it cannot be read.
pub(super) fn last_day(pem: &str) -> Option<Date> {
    let certificate = Certificate::from_pem(pem).ok()?;
    let end = certificate
        .tbs_certificate
        .validity
        .not_after
        .to_date_time();
    let (month, day) = (
        i8::try_from(end.month()).ok()?,
        i8::try_from(end.day()).ok()?,
    );
    Date::new(i16::try_from(end.year()).ok()?, month, day).ok()
}

/// The DNS names and addresses in a certificate, sorted; none if it cannot be read.
pub(super) fn hosts(pem: &str) -> Vec<String> {
    let Ok(certificate) = Certificate::from_pem(pem) else {
        return Vec::new();
    };
    let Ok(Some((_, names))) = certificate.tbs_certificate.get::<SubjectAltName>() else {
        return Vec::new();
    };
    let mut hosts: Vec<String> = names.0.iter().filter_map(host).collect();
    hosts.sort();
    hosts
}

fn host(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            long => <[u8; 16]>::try_from(long)
                .ok()
                .map(|bytes| std::net::Ipv6Addr::from(bytes).to_string()),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_certificate_has_its_names_and_its_days_and_a_key_of_its_own() {
        let names = [
            "postgres.carebase-data.svc".to_owned(),
            "10.0.0.1".to_owned(),
        ];
        let (one, key) = self_signed(&names, date(2026, 11, 21)).expect("is made");
        assert_eq!(hosts(&one), ["10.0.0.1", "postgres.carebase-data.svc"]);
        let parsed = Certificate::from_pem(&one).expect("is a certificate");
        let validity = parsed.tbs_certificate.validity;
        assert_eq!(validity.not_before.to_string(), "2026-11-20T00:00:00Z");
        assert_eq!(validity.not_after.to_string(), "2031-11-21T00:00:00Z");
        assert_eq!(last_day(&one), Some(date(2031, 11, 21)));
        let key = String::from_utf8(key.bytes().to_vec()).expect("PEM");
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let (other, _) = self_signed(&names, date(2026, 11, 21)).expect("is made");
        assert_ne!(one, other);
        assert!(self_signed(&[], date(2026, 11, 21)).is_err());
        assert_eq!(hosts("no certificate"), [""; 0]);
    }
}
