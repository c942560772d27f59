//! What a run shows: diffs as Git writes them, in colour or not.

use super::*;

#[test]
fn diffs_are_patches_as_git_writes_them() {
    let root = root();
    let root = root.path();
    run(
        root,
        &plan(&[("gone", "x\n"), ("same", "s\n"), ("text", "1\n2\n3\n")]),
        APPLY,
    );
    let next = plan(&[
        ("empty", ""),
        ("new", "n\n"),
        ("same", "s\n"),
        ("text", "1\nzwei\n3\n"),
    ]);
    let diff = shown(root, &next, Mode::Diff);
    assert_eq!(diff, shown(root, &next, Mode::Check));
    let expected = "\
diff --git a/empty b/empty
new file mode 100644
index 0000000..e69de29
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/new b/new
new file mode 100644
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+n
diff --git a/text b/text
--- a/text
+++ b/text
@@ -1,3 +1,3 @@
 1
-2
+zwei
 3
";
    assert_eq!(diff, expected);
}

#[test]
fn a_diff_in_colour_ends_its_colours() {
    let root = root();
    let mut out = Vec::new();
    let plan = plan(&[("a", "1\n")]);
    carry_out(
        root.path(),
        &plan,
        None,
        Mode::Diff,
        true,
        &mut out,
        &|_, _| {},
    )
    .expect("shown");
    let text = String::from_utf8(out).expect("text");
    assert!(text.contains("\u{1b}[32m+1\u{1b}[0m\n"));
    let count = |part: &str| text.matches(part).count();
    assert_eq!(count("\u{1b}["), 2 * count("\u{1b}[0m"));
}
