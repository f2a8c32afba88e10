"""SQL that a model wrote can read and nothing else, not for long, and counts as right if it gives the right rows."""

import pytest
from database import QueryError, database, run
from examples import Example
from scoring import can_be_scored, canonical, score

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
    with database(HOW_MANY) as connection:
        with pytest.raises(QueryError, match=r"not authorized|authorization denied"):
            run(connection, sql)

        assert run(connection, "SELECT COUNT(*), SUM(age) FROM pets") == [(3, 17)]


def test_a_second_statement_is_refused() -> None:
    with database(HOW_MANY) as connection, pytest.raises(QueryError, match="one statement"):
        run(connection, "SELECT 1; DELETE FROM pets")


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0",
    ],
)
def test_an_endless_query_is_stopped(sql: str) -> None:
    with database(HOW_MANY) as connection, pytest.raises(QueryError, match="interrupted"):
        run(connection, sql)


def test_an_endless_result_is_stopped() -> None:
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"

    with database(HOW_MANY) as connection, pytest.raises(QueryError, match="more than 10000 rows"):
        run(connection, sql)


def test_a_value_that_would_fill_the_memory_is_refused() -> None:
    with database(HOW_MANY) as connection, pytest.raises(QueryError, match="too big"):
        run(connection, "SELECT zeroblob(500000000)")


def test_after_a_query_was_stopped_the_next_one_runs() -> None:
    with database(HOW_MANY) as connection:
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

    assert score(third, "SELECT SUM(age / 3.0) FROM pets").execution


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
