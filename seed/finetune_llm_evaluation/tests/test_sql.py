"""SQL that a model wrote can read and nothing else, not for long, and counts as right if it gives the right rows."""

from collections import defaultdict

import pytest
from contents import contents
from database import QueryError, database, run
from examples import Example, read
from scoring import can_be_scored, canonical, score, template
from text_to_sql.generate_data import generate

SCHEMA = "CREATE TABLE pets (name TEXT, age INTEGER)"
ROWS = {"pets": [["Ada", 3], ["Bo", 7], ["Cy", 7]]}
HOW_MANY = Example(SCHEMA, "How many pets are there?", "SELECT COUNT(*) FROM pets", ROWS)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO pets VALUES ('Di', 1)",
        "UPDATE pets SET age = 0",
        "DELETE FROM pets",
        "DROP TABLE pets",
        "CREATE TABLE more (x)",
        "ATTACH DATABASE 'stolen.db' AS stolen",
        "PRAGMA query_only = OFF",
        "VACUUM INTO 'copy.db'",
        "BEGIN",
        "WITH gone AS (SELECT 1) DELETE FROM pets",
    ],
)
def test_anything_but_reading_is_refused_and_changes_nothing(sql: str) -> None:
    with database(SCHEMA, ROWS) as connection:
        with pytest.raises(QueryError, match=r"not authorized|authorization denied"):
            run(connection, sql)

        assert run(connection, "SELECT COUNT(*), SUM(age) FROM pets") == [(3, 17)]


def test_a_second_statement_is_refused() -> None:
    with database(SCHEMA, ROWS) as connection, pytest.raises(QueryError, match="one statement"):
        run(connection, "SELECT 1; DELETE FROM pets")


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0",
    ],
)
def test_an_endless_query_is_stopped(sql: str) -> None:
    with database(SCHEMA, ROWS) as connection, pytest.raises(QueryError, match="interrupted"):
        run(connection, sql)


def test_an_endless_result_is_stopped() -> None:
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

    with database(SCHEMA, ROWS) as connection, pytest.raises(QueryError, match="more than 10000 rows"):
        run(connection, sql)


def test_a_value_that_would_fill_the_memory_is_refused() -> None:
    with database(SCHEMA, ROWS) as connection, pytest.raises(QueryError, match="too big"):
        run(connection, "SELECT zeroblob(500000000)")


def test_after_a_query_was_stopped_the_next_one_runs() -> None:
    with database(SCHEMA, ROWS) as connection:
        with pytest.raises(QueryError):
            run(connection, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n")

        assert run(connection, HOW_MANY.sql) == [(3,)]


@pytest.mark.parametrize(
    ("answer", "execution", "exact"),
    [
        ("SELECT COUNT(*) FROM pets", True, True),
        ("select  count(*)\nfrom pets;", True, True),
        ("SELECT COUNT(name) AS n FROM pets", True, False),
        ("SELECT MAX(age) FROM pets", False, False),
        ("SELECT COUNT(*) FROM cats", False, False),
        ("I do not know.", False, False),
        ("", False, False),
        ("DELETE FROM pets", False, False),
    ],
)
def test_wrong_sql_is_simply_wrong(answer: str, execution: bool, exact: bool) -> None:
    scored = score(HOW_MANY, answer)

    assert (scored.execution, scored.exact) == (execution, exact)


def test_what_could_not_be_executed_says_why() -> None:
    assert score(HOW_MANY, "SELECT * FROM cats").problem == "no such table: cats"
    assert score(HOW_MANY, "SELECT MAX(age) FROM pets").problem is None


def test_order_counts_only_where_the_question_asks_for_it() -> None:
    anyhow = Example(SCHEMA, "Which names?", "SELECT name FROM pets", ROWS)
    ordered = Example(SCHEMA, "Which names, the last first?", "SELECT name FROM pets ORDER BY name DESC", ROWS)
    backwards = "SELECT name FROM pets ORDER BY name DESC"

    assert score(anyhow, backwards).execution
    assert score(ordered, backwards).execution
    assert not score(ordered, "SELECT name FROM pets ORDER BY name").execution


def test_a_row_that_comes_twice_is_not_a_row_that_comes_once() -> None:
    ages = Example(SCHEMA, "Which ages?", "SELECT age FROM pets", ROWS)

    assert not score(ages, "SELECT DISTINCT age FROM pets").execution


def test_sums_may_differ_in_their_last_digits() -> None:
    third = Example(SCHEMA, "The average?", "SELECT AVG(age) FROM pets", ROWS)

    assert score(third, "SELECT SUM(age / 7.0) * 7 / COUNT(*) FROM pets").execution
    assert not score(third, "SELECT AVG(age) + 0.001 FROM pets").execution


def test_text_in_quotes_keeps_its_case_and_its_spaces() -> None:
    assert canonical("SELECT 'A  b' FROM T;") == "select 'A  b' from t"
    assert canonical("SELECT 'a b'") != canonical("SELECT 'A b'")


def test_a_data_set_without_rows_gets_rows_on_which_its_sql_gives_something() -> None:
    example = Example(SCHEMA, "How old is Zoe?", "SELECT age FROM pets WHERE name = 'Zoe' AND age > 4")

    assert can_be_scored(example)
    assert score(example, example.sql).execution
    assert not score(example, "SELECT age FROM pets WHERE name = 'Yan' AND age > 4").execution


@pytest.mark.parametrize(
    "sql", ["SELECT name FROM pets WHERE age > 100", "SELECT MAX(age) FROM pets WHERE age > 100", "SELEC"]
)
def test_an_example_whose_sql_gives_nothing_cannot_be_scored(sql: str) -> None:
    assert not can_be_scored(Example(SCHEMA, "Which?", sql, ROWS))


def test_a_wrong_query_that_gives_the_right_rows_on_the_data_sets_own_rows_is_wrong() -> None:
    """On three rows many do: the oldest of all is the oldest whose name begins with B or C."""
    oldest = Example(SCHEMA, "How old is the oldest?", "SELECT MAX(age) FROM pets", ROWS)

    for lucky in (
        "SELECT 7",
        "SELECT age FROM pets WHERE name = 'Bo'",
        "SELECT MAX(age) FROM pets WHERE name <> 'Ada'",
        "SELECT COUNT(*) + 4 FROM pets",
    ):
        with database(SCHEMA, ROWS) as connection:
            assert run(connection, lucky) == run(connection, oldest.sql)
        assert not score(oldest, lucky).execution


def test_no_query_of_the_generated_examples_passes_for_another_by_chance() -> None:
    """Each is scored as the answer to questions about the same table that it does not answer."""
    questions = read("\n".join(generate()), "generated")
    queries = defaultdict(set)
    for each in questions:
        queries[each.schema].add(each.sql)
    pairs = [(each, sql) for each in questions[:25] for sql in sorted(queries[each.schema] - {each.sql})]

    assert len(pairs) > 1000
    assert [(each.sql, sql) for each, sql in pairs if score(each, sql).execution] == []


def test_the_same_example_is_scored_on_the_same_contents_of_different_sizes() -> None:
    made = contents(HOW_MANY)

    assert made == contents(HOW_MANY)
    assert len({len(rows["pets"]) for rows in made}) > 5
    assert max(len(rows["pets"]) for rows in made) > 60


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, age INTEGER CHECK (age < 5000))",
        "CREATE TABLE pets (name VARCHAR(20), age REAL, born DATE, PRIMARY KEY (name, age))",
        'CREATE TABLE pets (name, age DECIMAL(5, 2)); CREATE TABLE "their owners" (pet TEXT REFERENCES pets (name))',
    ],
)
def test_contents_keep_to_what_the_schema_demands(schema: str) -> None:
    example = Example(schema, "How old is Bo?", "SELECT age FROM pets WHERE name = 'Bo'")

    for rows in contents(example):
        with database(schema, rows) as connection:
            assert run(connection, "SELECT COUNT(*) > 0 FROM pets") == [(1,)]
    assert can_be_scored(example)


def test_of_two_rows_of_equal_rank_an_answer_may_give_either() -> None:
    """An order that the question does not ask for decides nothing."""
    oldest = Example(SCHEMA, "Who is the oldest?", "SELECT name FROM pets ORDER BY age DESC LIMIT 1")

    assert score(oldest, "SELECT name FROM pets ORDER BY age DESC, name LIMIT 1").execution
    assert score(oldest, "SELECT name FROM pets ORDER BY age DESC, name DESC LIMIT 1").execution
    assert not score(oldest, "SELECT name FROM pets ORDER BY age LIMIT 1").execution


def test_queries_that_differ_in_their_values_only_have_one_template() -> None:
    one = template("SELECT name FROM pets WHERE age > 3 AND name IN ('Ada', 'Bo')")

    assert one == template("select name from pets  WHERE age > 12.5 AND name IN ('Cy', 'D''Or', 'Eve');")
    assert one != template("SELECT name FROM pets WHERE age < 3 AND name IN ('Ada', 'Bo')")
    assert template("SELECT x1 FROM t2") == "select x1 from t2"
