"""Every setting has a test that shows its effect, and says so."""

from tests.architecture.coverage_marks import covered
from torque.config.load import keys


def test_every_setting_has_a_test_of_its_effect() -> None:
    assert sorted(set(keys()) - covered("config")) == []


def test_no_test_claims_a_setting_that_does_not_exist() -> None:
    assert sorted(covered("config") - set(keys())) == []
