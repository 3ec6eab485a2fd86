# Sums result files of the test runner (trx): slowest tests, reasons of skipped ones, failures, and the closing line.
# lost = projects without results, status = exit code of the runner. Exits with 1 on any failure.

function attribute(line, name,    rest, start) {
    start = index(line, " " name "=\"")
    if (start == 0) return ""
    rest = substr(line, start + length(name) + 3)
    return unescape(substr(rest, 1, index(rest, "\"") - 1))
}

function unescape(text) {
    gsub(/&quot;/, "\"", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&#x[0-9A-Fa-f]+;/, " ", text)
    gsub(/&amp;/, "\\&", text)
    return text
}

function seconds(duration,    parts) {
    return split(duration, parts, ":") == 3 ? parts[1] * 3600 + parts[2] * 60 + parts[3] : 0
}

/<UnitTestResult / {
    test = attribute($0, "testName")
    outcome = attribute($0, "outcome")
    took = seconds(attribute($0, "duration"))
    if (outcome == "Passed") passed++
    else if (outcome == "NotExecuted") { skipped++; reason[test] = "no reason given" }
    else { failed++; failures[failed] = test }
    for (i = 1; i <= 10 && took <= slow[i]; i++);
    if (i <= 10) {
        for (j = 10; j > i; j--) { slow[j] = slow[j - 1]; slowest[j] = slowest[j - 1] }
        slow[i] = took; slowest[i] = test
    }
}

# The message of a skipped test is its reason.
/<Message>/ && outcome == "NotExecuted" {
    text = $0
    sub(/.*<Message>/, "", text); sub(/<\/Message>.*/, "", text)
    if (text != "") reason[test] = unescape(text)
}

# A run that was cut short says so here and nowhere else.
/<ResultSummary outcome="(Aborted|Error|Timeout)"/ { aborted++; print "The test run was cut short: " FILENAME }

END {
    print ""
    print "Slowest tests:"
    for (i = 1; i <= 10; i++) if (slow[i] > 0.1) printf "  %7.2f s  %s\n", slow[i], slowest[i]
    if (skipped > 0) {
        print "Skipped tests:"
        for (test in reason) print "  " test ": " reason[test] | "sort"
        close("sort")
    }
    if (failed > 0) print "Failed tests:"
    for (i = 1; i <= failed; i++) print "  " failures[i]
    failed += lost + aborted
    # The runner complained although every test that we know of passed: something else is wrong.
    if (status != 0 && failed == 0) { print "The test runner exited with " status "."; failed++ }
    tail = ""
    if (skipped) tail = ", " skipped " skipped"
    printf "%d passed, %d failed%s\n", passed, failed, tail
    exit (failed > 0)
}
