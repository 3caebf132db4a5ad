"""People log in and out with a session cookie."""

import pytest

from core.models import User
from tests.cast import PASSWORD
from tests.core.auth.browsers import ME, SESSION, log_in, visitor, with_csrf

pytestmark = pytest.mark.django_db


class TestLogIn:
    def test_login_opens_a_session_and_shows_its_person(self, camille_with_password: User) -> None:
        browser = visitor()

        answer = browser.post(
            SESSION,
            {"email": "camille@demo.test", "password": PASSWORD},
            headers=with_csrf(browser),
        )

        assert answer.status_code == 200
        assert answer.json()["name"] == "Camille Morel"
        assert browser.get(ME).json()["email"] == "camille@demo.test"

    def test_login_ignores_capitals_and_space_in_the_email(
        self, camille_with_password: User
    ) -> None:
        assert log_in(visitor(), " Camille@DEMO.test ") == 200

    def test_login_needs_a_csrf_token(self, camille_with_password: User) -> None:
        browser = visitor()

        answer = browser.post(SESSION, {"email": "camille@demo.test", "password": PASSWORD})

        assert answer.status_code == 403
        assert browser.get(ME).status_code == 401

    def test_login_without_a_csrf_token_is_refused_in_the_format_of_the_api(
        self, camille_with_password: User
    ) -> None:
        answer = visitor().post(SESSION, {"email": "camille@demo.test", "password": PASSWORD})

        assert answer.json()["errors"][0]["code"] == "permission_denied"

    def test_session_cookie_goes_to_no_script_and_to_no_other_site(
        self, camille_with_password: User
    ) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")

        cookie = browser.cookies["sessionid"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

    def test_login_changes_the_session_key(self, camille_with_password: User) -> None:
        browser = visitor()
        browser.session.save()
        planted = browser.session.session_key
        browser.cookies["sessionid"] = planted or ""

        log_in(browser, "camille@demo.test")

        assert browser.cookies["sessionid"].value != planted

    def test_login_answers_the_same_for_a_wrong_password_and_an_unknown_email(
        self, camille_with_password: User
    ) -> None:
        browser = visitor()
        token = with_csrf(browser)

        wrong = browser.post(
            SESSION, {"email": "camille@demo.test", "password": "non"}, headers=token
        )
        unknown = browser.post(
            SESSION, {"email": "personne@demo.test", "password": "non"}, headers=token
        )

        assert wrong.status_code == unknown.status_code == 400
        assert wrong.json() == unknown.json()
        assert wrong.json()["errors"][0]["code"] == "invalid_credentials"

    def test_login_of_a_deactivated_person_is_refused(self, camille_with_password: User) -> None:
        camille_with_password.is_active = False
        camille_with_password.save()

        assert log_in(visitor(), "camille@demo.test") == 400

    @pytest.mark.parametrize("draft", [{}, {"email": "a"}, {"email": [], "password": {}}, [1]])
    def test_login_without_email_and_password_is_a_bad_request(
        self, fresh_counters: None, draft: object
    ) -> None:
        browser = visitor()

        assert browser.post(SESSION, draft, headers=with_csrf(browser)).status_code == 400


class TestLogOut:
    def test_logout_ends_the_session(self, camille_with_password: User) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")
        cookie = browser.cookies["sessionid"].value

        assert browser.delete(SESSION, headers=with_csrf(browser)).status_code == 204

        browser.cookies["sessionid"] = cookie
        assert browser.get(ME).status_code == 401

    def test_logout_needs_a_csrf_token(self, camille_with_password: User) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")

        assert browser.delete(SESSION).status_code == 403
        assert browser.get(ME).status_code == 200

    def test_logout_of_a_stranger_is_no_error(self, db: None) -> None:
        assert visitor().delete(SESSION).status_code == 204


class TestASession:
    def test_session_needs_a_csrf_token_to_write(self, camille_with_password: User) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")
        draft = {"subject": "Portail"}

        assert browser.post("/api/v1/conversations", draft).status_code == 403
        answer = browser.post("/api/v1/conversations", draft, headers=with_csrf(browser))
        assert answer.status_code == 201

    def test_session_of_a_deactivated_person_is_refused(self, camille_with_password: User) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")

        User.objects.update(is_active=False)

        assert browser.get(ME).status_code == 401

    def test_csrf_cookie_is_set_by_me(self, camille_with_password: User) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")
        del browser.cookies["csrftoken"]

        browser.get(ME)

        assert browser.cookies["csrftoken"].value


class TestPageOfAnotherPerson:
    """A page names its person in `X-Person`; somebody else may have logged in since."""

    def test_request_of_another_persons_page_is_unauthenticated(
        self, camille: User, odile: User
    ) -> None:
        browser = visitor()
        browser.force_login(camille)

        own = browser.get(ME, headers={"X-Person": str(camille.pk)})
        other = browser.get(ME, headers={"X-Person": str(odile.pk)})

        assert own.status_code == 200
        assert other.status_code == 401
        assert other.json()["errors"][0]["code"] == "other_person"

    def test_other_person_is_told_before_the_token_of_the_page(
        self, camille: User, odile: User
    ) -> None:
        browser = visitor()
        browser.force_login(camille)

        answer = browser.post(
            "/api/v1/conversations", {}, headers={"X-Person": str(odile.pk)}, format="json"
        )

        assert answer.status_code == 401

    def test_old_token_of_the_same_person_has_a_code_of_its_own(self, camille: User) -> None:
        browser = visitor()
        browser.force_login(camille)

        answer = browser.post(
            "/api/v1/conversations", {}, headers={"X-Person": str(camille.pk)}, format="json"
        )

        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "csrf_failed"
