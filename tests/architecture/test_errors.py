"""The error catalogue is complete, unambiguous and tested."""

from tests.architecture.coverage_marks import covered
from torque.errors import TorqueError, catalogue


def test_every_error_has_a_code_of_its_own_in_every_protocol() -> None:
    classes = list(catalogue().values())
    assert len({cls.code for cls in classes}) == len(classes) == len(TorqueError.__subclasses__())
    assert len({cls.rpc_code for cls in classes}) == len(classes)
    assert all(400 <= cls.http_status < 600 for cls in classes)


def test_every_message_is_a_sentence_from_the_docstring() -> None:
    for cls in catalogue().values():
        assert cls().message.endswith(".")
        assert cls().data() == {"code": cls.code}


def test_every_error_has_a_test_of_its_effect() -> None:
    assert sorted(set(catalogue()) - covered("error")) == []
