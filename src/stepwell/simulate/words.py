"""What every output of a simulation says of itself."""

NOTICE = (
    "SYNTHETIC. These people don't exist. They were drawn at random by `stepwell simulate` from its settings, most of "
    "which are choices without a source. They show whether software finds what was put in. They say nothing about how "
    "often anything happens in real people, which treatment works, or how a real record looks; never use them as "
    "evidence, to plan care or to train a model that is used on people."
)

README = """\
# Synthetic people

{notice}

| | |
| --- | --- |
| people | {people} |
| seed | {seed} |
| scenario | {scenario} |
| format | {format} |
| last day of the records | {last_day} |
| made by | stepwell {version}, knowledge {knowledge} |
| settings that were used | settings.txt (JSON) |
| missing and wrong rows | {dirty} |

The truth of each person and each trial is in `truth/`. It was drawn together with the course and is no result of a
review. What each column means: docs/how-to/simulate.md of Stepwell.

Remission per step was set to what STAR*D published (36.8, 30.6, 13.7 and 13.0 %, QIDS-SR16) and is here a
PHQ-9 below 5.
A review of these people speaks of the last day: `--as-of {last_day}`.
"""
