"""The scripts of PDF forms that may stay: calls of the functions that Acrobat has built in.

Form editors write them to show an amount with two decimals, to check a date or to add up fields.
They read and write fields of the form and nothing else (Adobe, "JavaScript for Acrobat API
Reference"; `AForm.js`). Anything else in a script, a name or a sign, makes it a program.
"""

import re

MAX_LENGTH = 20_000

SPACE = r"(?:\s|/\*(?:[^*]|\*(?!/))*\*/)*+"
STRING = r'(?:"(?:[^"\\\r\n]|\\[^\r\n])*+"|\'(?:[^\'\\\r\n]|\\[^\r\n])*+\')'
NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
FUNCTION = (
    r"AF(?:Number|Percent|Date|Time|Special|Simple|Range|Merge|Parse|Make|Extract)[A-Za-z]{0,20}"
    r"(?:_(?:Format|Keystroke|Validate|Calculate)(?:Ex)?)?"
)
# What a call holds, and a sum of fields: `event.value = AFMakeNumber(getField("a").value) * 1.2;`.
TOKEN = re.compile(
    rf"""{SPACE}(?:
        {STRING} | {NUMBER} | [-+*/%(),;\[\]] | \+= | = (?!=)
        | \b(?:true|false|null) \b
        | \bnew \s+ Array \b
        | \b{FUNCTION} \b (?= {SPACE} \( )
        | \bevent \. value \b
        | \b(?:this \.)? getField {SPACE} \( {SPACE} {STRING} {SPACE} \) {SPACE} \. {SPACE} value \b
    ){SPACE}""",
    re.VERBOSE,
)


def is_built_in(script: str) -> bool:
    """Tell whether a script consists of calls of Acrobat's form functions and of sums of fields.

    Only the fields themselves can be assigned to: `event.value`, which is the field of the script.
    """
    if len(script) > MAX_LENGTH:
        return False
    at = 0
    while at < len(script):
        token = TOKEN.match(script, at)
        if token is None:
            return not script[at:].strip()
        at = token.end()
    return True
