//! What the suite's report says of each case.

use serde_json::Value;

/// What came of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grade {
    /// Both the messages and the end of the connection are as the suite wants them.
    Ok,
    /// The suite only looks: the standard leaves open what happens.
    Informational,
    /// Anything else, and what.
    Deviating(String),
}

/// A case and what came of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The number of the case.
    pub(crate) case: String,
    /// What came of it.
    pub(crate) grade: Grade,
}

/// Grades `cases` by the `index.json` of a report about `agent`. A case that is not in the report
/// deviates.
///
/// # Errors
///
/// When there is nothing to judge: the report is not JSON or knows no such agent, or there are no
/// cases.
pub(crate) fn judge(index: &str, agent: &str, cases: &[String]) -> Result<Vec<Verdict>, String> {
    let index: Value =
        serde_json::from_str(index).map_err(|error| format!("index.json: {error}"))?;
    let results = index[agent].as_object().ok_or_else(|| format!("no report about {agent}"))?;
    if cases.is_empty() {
        return Err("the suite has no such cases".to_owned());
    }
    let verdict = |case: &String| {
        let grade = match results.get(case) {
            Some(result) => grade(case, text(result, "behavior"), text(result, "behaviorClose")),
            None => Grade::Deviating("not run".to_owned()),
        };
        Verdict { case: case.clone(), grade }
    };
    Ok(cases.iter().map(verdict).collect())
}

/// The cases the suite said it would run: a line `Cases = ['1.1.1', '1.1.2']` of its output.
pub(crate) fn announced(stdout: &str) -> Option<Vec<String>> {
    // Without the line feed the line may not be complete yet.
    let complete = &stdout[..=stdout.rfind('\n')?];
    let list = complete.lines().find_map(|line| line.strip_prefix("Cases = ["))?;
    let numbers = list.trim_end().strip_suffix(']')?.split(',');
    let number = |quoted: &str| quoted.trim().trim_start_matches('u').trim_matches('\'').to_owned();
    Some(numbers.map(number).filter(|number| !number.is_empty()).collect())
}

fn grade(case: &str, behavior: &str, close: &str) -> Grade {
    let only_looks = INFORMATIONAL.contains(&case);
    match (behavior, close) {
        ("OK", "OK") => Grade::Ok,
        ("OK" | "INFORMATIONAL", "OK" | "INFORMATIONAL") if only_looks => Grade::Informational,
        ("OK", _) => Grade::Deviating(format!("close {close}")),
        (_, "OK") => Grade::Deviating(behavior.to_owned()),
        (_, _) => Grade::Deviating(format!("{behavior}, close {close}")),
    }
}

fn text<'a>(result: &'a Value, name: &str) -> &'a str {
    result[name].as_str().unwrap_or("MISSING")
}

/// Whether a large message is still echoed when a close frame follows it at once (7.1.6), and close
/// codes past those of the standard (7.13): what the suite itself marks so. All others are right or
/// wrong.
const INFORMATIONAL: &[&str] = &["7.1.6", "7.13.1", "7.13.2"];

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn deviating(what: &str) -> Grade {
        Grade::Deviating(what.to_owned())
    }

    #[test]
    fn only_ok_is_ok() {
        assert_eq!(grade("1.1.1", "OK", "OK"), Grade::Ok);
        for (behavior, close, what) in [
            ("FAILED", "OK", "FAILED"),
            ("FAILED", "FAILED", "FAILED, close FAILED"),
            ("NON-STRICT", "OK", "NON-STRICT"),
            ("UNIMPLEMENTED", "OK", "UNIMPLEMENTED"),
            ("INFORMATIONAL", "INFORMATIONAL", "INFORMATIONAL, close INFORMATIONAL"),
            ("OK", "FAILED", "close FAILED"),
            ("OK", "UNCLEAN", "close UNCLEAN"),
            ("OK", "WRONG CODE", "close WRONG CODE"),
            ("OK", "FAILED BY CLIENT", "close FAILED BY CLIENT"),
            ("OK", "INFORMATIONAL", "close INFORMATIONAL"),
            ("MISSING", "OK", "MISSING"),
            ("ok", "OK", "ok"),
        ] {
            assert_eq!(grade("1.1.1", behavior, close), deviating(what));
        }
    }

    #[test]
    fn informational_cases_are_those_the_suite_marks() {
        assert_eq!(grade("7.1.6", "INFORMATIONAL", "INFORMATIONAL"), Grade::Informational);
        assert_eq!(grade("7.13.2", "INFORMATIONAL", "OK"), Grade::Informational);
        assert_eq!(grade("7.13.1", "FAILED", "INFORMATIONAL"), {
            deviating("FAILED, close INFORMATIONAL")
        });
        assert_eq!(grade("7.1.6", "INFORMATIONAL", "FAILED"), {
            deviating("INFORMATIONAL, close FAILED")
        });
    }

    #[test]
    fn a_report_is_judged_case_by_case() {
        let index = r#"{"ws-tokio": {
            "1.1.1": {"behavior": "OK", "behaviorClose": "OK", "duration": 2},
            "1.1.2": {"behavior": "OK"},
            "6.4.3": {"behavior": "NON-STRICT", "behaviorClose": "OK"}}}"#;
        let verdicts = judge(index, "ws-tokio", &cases(&["1.1.1", "1.1.2", "6.4.3", "9.1.1"]));
        let grades = verdicts.unwrap().into_iter().map(|verdict| verdict.grade);
        let wanted =
            [Grade::Ok, deviating("close MISSING"), deviating("NON-STRICT"), deviating("not run")];
        assert_eq!(grades.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn nothing_to_judge_is_an_error() {
        let one = cases(&["1.1.1"]);
        assert!(judge("", "ws-tokio", &one).is_err());
        assert!(judge("{}", "ws-tokio", &one).unwrap_err().contains("ws-tokio"));
        assert!(judge(r#"{"ws-tokio": {}}"#, "ws-tokio", &[]).is_err());
    }

    #[test]
    fn the_announcement_is_read_when_it_is_complete() {
        let said = "Ok, will run 2 test cases\nCases = ['1.1.1', u'10.1.1']\n";
        assert_eq!(announced(said).unwrap(), ["1.1.1", "10.1.1"]);
        assert_eq!(announced(&said[..said.len() - 1]), None);
        assert_eq!(announced("Cases = []\n").unwrap(), [""; 0]);
        assert_eq!(announced(""), None);
    }
}
