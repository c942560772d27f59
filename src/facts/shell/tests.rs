use super::*;

fn lines(text: &str) -> Vec<String> {
    Script::parse(text)
        .commands
        .iter()
        .map(|command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.raw.as_str()).collect();
            words.join(" ")
        })
        .collect()
}

#[test]
fn pipelines_conditions_and_loops_give_their_commands() {
    let text = "set -eu\n# pg_dump is old\nif ! pg_isready -q; then exit 1; fi\nfor f in a b; do\n  pg_dump db | gzip -9 \\\n    | aws s3 cp - \"s3://x/$f\" &\ndone\n";
    assert_eq!(
        lines(text),
        [
            "set -eu",
            "pg_isready -q",
            "exit 1",
            "pg_dump db",
            "gzip -9",
            "aws s3 cp - \"s3://x/$f\""
        ]
    );
    let pipelines: Vec<usize> = Script::parse(text)
        .commands
        .iter()
        .map(|command| command.pipeline)
        .collect();
    assert!(pipelines[3] == pipelines[4] && pipelines[4] == pipelines[5]);
    assert!(pipelines[2] < pipelines[3]);
}

#[test]
fn a_case_has_patterns_and_functions_have_names() {
    let text = "go() {\n  mc cp a b\n}\ncase \"$1\" in\n  a | b) rclone copy x y ;;\n  *) (cd /x && scp f h:) ;;\nesac\n";
    assert_eq!(
        lines(text),
        ["mc cp a b", "rclone copy x y", "cd /x", "scp f h:"]
    );
}

#[test]
fn what_wrappers_shells_and_substitutions_start_is_seen() {
    let text = "timeout -k 5 10 env A=b aws s3 ls\nsh -ec 'curl -T f https://h/'\nx=$(psql -c 'select 1')\nfind . -exec scp {} h: \\;\nkubectl exec pod -- pg_dump db\n";
    assert_eq!(
        lines(text),
        [
            "aws s3 ls",
            "curl -T f https://h/",
            "psql -c 'select 1'",
            "find . -exec scp {} h: \\;",
            "scp {} h: \\;",
            "kubectl exec pod -- pg_dump db",
            "pg_dump db"
        ]
    );
}

#[test]
fn here_documents_belong_to_their_command() {
    let script = Script::parse("psql <<SQL | cat\nselect 1;\nSQL\necho done\n");
    let programs: Vec<String> = script.commands.iter().map(Command::program).collect();
    assert_eq!(programs, ["psql", "cat", "echo"]);
    assert_eq!(script.commands[0].input.as_deref(), Some("select 1;\n"));
    assert_eq!(script.commands[1].input, None);
}

#[test]
fn variables_have_the_values_they_are_given() {
    let script =
        Script::parse("HOST=h\nexport PORT=1\nnc \"$HOST\" ${PORT:-2} ${OTHER:-3} $NONE 'a$b'\n");
    let known = |name: &str| {
        script
            .assigned
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, word)| word.literal())
    };
    let values: Vec<Option<String>> = script.commands[0]
        .words
        .iter()
        .map(|word| word.value(&known))
        .collect();
    let wanted = ["nc", "h", "1", "3", "", "a$b"].map(|text| Some(text.to_owned()));
    assert_eq!(values[..4], wanted[..4]);
    assert_eq!(values[4], None);
    assert_eq!(values[5], wanted[5]);
}

#[test]
fn options_and_operands_are_told_apart() {
    let script = Script::parse("aws --endpoint-url=http://a:1 s3 cp --region tr - s3://b/c\n");
    let command = &script.commands[0];
    assert_eq!(
        command.option(&["--endpoint-url"]).unwrap().literal(),
        "http://a:1"
    );
    let operands: Vec<String> = command
        .operands(&["--region"])
        .iter()
        .map(|word| word.literal())
        .collect();
    assert_eq!(operands, ["s3", "cp", "-", "s3://b/c"]);
}

#[test]
fn strange_texts_end() {
    for text in [
        "'", "\"", "$(", "${", "`", "<<", "<<E", ")", "((", "$", "\\", "é|", "<(x",
    ] {
        let found = Script::parse(text).commands.len();
        assert!(found <= text.len(), "{text} has {found} commands");
    }
}
