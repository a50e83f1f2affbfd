"""A server that is not set up for real customers says so before it serves one."""

from feedback.checks import secret_key_is_set


def test_a_server_without_a_secret_names_the_variable(settings):
    settings.HAS_SECRET_KEY = False

    (error,) = secret_key_is_set()

    assert "SECRET_KEY" in error.msg
    assert error.id == "feedback.E001"


def test_a_server_with_a_secret_is_fine(settings):
    settings.HAS_SECRET_KEY = True

    assert secret_key_is_set() == []
