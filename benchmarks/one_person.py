"""One person: a warm process and a cold shell.

    python benchmarks/one_person.py [RUNS]

Reviews a bundle of 500 resources: a bundled example, filled up with blood pressures. Prints the
median and the 95th percentile of the warm review by part, the cold command beside starting Python
alone, and peak memory.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from stepwell.engines.sqlite import for_one_person
from stepwell.knowledge.load import load
from stepwell.records.read import read
from stepwell.report import html, text
from stepwell.report import json as report_json
from stepwell.review import assemble

EXAMPLE = Path(__file__).parent.parent / "examples" / "08-combination-and-augmentation" / "fhir.json"
AS_OF = date(2025, 6, 30)
RESOURCES = 500


def filled_bundle(folder: Path) -> Path:
    """The example with vital signs added until it has 500 resources."""
    bundle = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    patient = next(e["resource"]["id"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    for number in range(RESOURCES - len(bundle["entry"])):
        bundle["entry"].append({"resource": blood_pressure(patient, number)})
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    return path


def blood_pressure(patient: str, number: int) -> dict[str, object]:
    """A panel of two results, as most records hold many."""
    return {
        "resourceType": "Observation",
        "id": f"bp-{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "component": [_pressure("8480-6", 120.0), _pressure("8462-4", 80.0)],
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": str(date(2023, 1, 1) + timedelta(days=number)),
    }


def _pressure(code: str, value: float) -> dict[str, object]:
    return {
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
    }


def timed(work: Callable[[], object], runs: int) -> list[float]:
    """Milliseconds of each run, after three that aren't counted."""
    for _ in range(3):
        work()
    out = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        out.append(1000 * (time.perf_counter() - begin))
    return sorted(out)


def line(name: str, times: list[float]) -> str:
    """Median and 95th percentile."""
    p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
    return f"{name:<34} p50 {statistics.median(times):8.1f} ms   p95 {p95:8.1f} ms   n={len(times)}"


def warm(path: Path, runs: int) -> None:
    """Each part, and the whole from the file to the text."""
    knowledge = load()
    engine = for_one_person(knowledge)
    records = read(path, knowledge)
    person_id = records.tables["person"]["person_id"][0].as_py()

    def whole() -> str:
        fresh = read(path, knowledge)
        return text.render(assemble(engine.run(fresh.tables, AS_OF), fresh, knowledge, AS_OF, person_id))

    results = engine.run(records.tables, AS_OF)
    review = assemble(results, records, knowledge, AS_OF, person_id)
    print(line("read 500 resources", timed(lambda: read(path, knowledge), runs)))
    print(line("run all steps", timed(lambda: engine.run(records.tables, AS_OF), runs)))
    print(line("text", timed(lambda: text.render(review), runs)))
    print(line("JSON", timed(lambda: report_json.render(review), runs)))
    print(line("HTML", timed(lambda: html.render(review), max(5, runs // 10))))
    print(line("whole review, file to text", timed(whole, runs)))


def cold(path: Path, runs: int) -> None:
    """The command in a new process, with what was compiled before kept on disk."""
    command = [sys.executable, "-m", "stepwell.cli", "review", str(path), "--as-of", str(AS_OF)]
    print(line("stepwell review, cold", timed(lambda: subprocess.run(command, check=True, capture_output=True), runs)))
    bare = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), runs)
    print(line("python -c pass, cold", bare))


def main() -> None:
    """Runs both."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print("One person: a warm process and a cold shell\n")
    with tempfile.TemporaryDirectory() as folder:
        path = filled_bundle(Path(folder))
        warm(path, runs)
        cold(path, 10)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: warm process {own:.0f} MB, cold command {child:.0f} MB")


if __name__ == "__main__":
    main()
