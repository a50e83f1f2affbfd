"""Set-up data in Django's admin, for administrators only. What customers said is not to be edited here."""

from contextlib import nullcontext

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import BadRequest, ValidationError
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from feedback import journal, shop
from feedback.models import ApiToken, ContactReason, Location, Policy, Product, Shop, Touchpoint, User
from feedback.roles import NAMES, Role, allow, public, roles_of

LONGEST_ID = 18  # digits; a big integer holds these and not all of 19


def is_administrator(request: HttpRequest) -> bool:
    return Role.ADMINISTRATOR in roles_of(request.user)


@public
def login(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """The one login page, which counts wrong passwords."""
    there = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('login')}?{urlencode({'next': there})}")


admin.site.has_permission = is_administrator
admin.site.login = login
admin.site.site_header = admin.site.site_title = admin.site.index_title = _("Set up")
admin.site.unregister(Group)  # the six roles are fixed


def _recording(request):
    return nullcontext() if request.method in ("GET", "HEAD") else journal.recording()


class Several(ModelMultipleChoiceField):
    """Refuses ids that no column holds; Django would ask SQLite for them, which ends in an OverflowError."""

    def clean(self, value):
        for key in value or ():
            if not _can_be_an_id(key):
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": key[:40]}
                )
        return super().clean(value)


def _can_be_an_id(key: str) -> bool:
    return len(key) <= LONGEST_ID or not key.isdecimal()


class SetUpAdmin(admin.ModelAdmin):
    """Opened by the role, without Django's own permissions beside it."""

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, form_class=Several, **kwargs)

    def changelist_view(self, request, extra_context=None):
        if not all(map(_can_be_an_id, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest
        with _recording(request):
            return super().changelist_view(request, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with _recording(request):
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        with _recording(request):
            return super().delete_view(request, object_id, extra_context)

    def save_related(self, request, form, formsets, change):
        """Who set up what: in the records, beside Django's own list of actions, which can be emptied."""
        super().save_related(request, form, formsets, change)
        if form.changed_data or not change:
            self.note("changed" if change else "made", form.instance, request, fields=form.changed_data)

    def delete_model(self, request, obj):
        self.note("removed", obj, request)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.note("removed", row, request)
        super().delete_queryset(request, queryset)

    def note(self, act, obj, request, **data):
        """Names of columns, never what stands in them."""
        journal.log(f"{obj._meta.model_name} {act}", obj, by=request.user, **data)

    def has_module_permission(self, request):
        return is_administrator(request)

    def has_view_permission(self, request, obj=None):
        return is_administrator(request)

    def has_add_permission(self, request):
        return is_administrator(request)

    def has_change_permission(self, request, obj=None):
        return is_administrator(request)

    def has_delete_permission(self, request, obj=None):
        return is_administrator(request)


class ReadOnlyAdmin(SetUpAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(User)
class UserAdmin(SetUpAdmin, DjangoUserAdmin):
    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "language")}),
        (_("Roles"), {"fields": ("is_active", "groups")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "password1", "password2", "groups")}),
    )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["widget"] = CheckboxSelectMultiple
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.label, field.help_text = _("Roles"), ""
            field.label_from_instance = lambda group: capfirst(NAMES[Role(group.name)])
        return field

    def note(self, act, obj, request, **data):
        roles = sorted(obj.groups.values_list("name", flat=True))
        super().note(act, obj, request, roles=roles, is_active=obj.is_active, **data)

    @allow(Role.ADMINISTRATOR)  # the one page of the admin that does not say that it is one
    def user_change_password(self, request, id, form_url=""):
        with _recording(request):
            before = self._password(request, id)
            answer = super().user_change_password(request, id, form_url)
            if self._password(request, id) != before:
                journal.log("password set", f"feedback.user:{id}", by=request.user)
        return answer

    def _password(self, request, id):
        user = self.get_object(request, id)
        return user.password if user else ""

    def has_delete_permission(self, request, obj=None):
        """A person who acted stays in the records; an account is switched off instead."""
        return False


@admin.register(Shop)
class ShopAdmin(SetUpAdmin):
    """What the page behind the gear asks for is checked there, and a new zone moves the totals: not here."""

    fields = ("country", "signature_vi", "signature_en")

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def note(self, act, obj, request, **data):
        journal.log("shop set up", obj, by=request.user, **data)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        shop.forget()
        return answer


@admin.register(Location)
class LocationAdmin(SetUpAdmin):
    list_display = ("code", "name_vi", "name_en")
    search_fields = ("code", "name_vi", "name_en")


@admin.register(Product)
class ProductAdmin(SetUpAdmin):
    list_display = ("sku", "name_vi", "name_en", "category", "cost", "currency")
    search_fields = ("sku", "name_vi", "name_en")


@admin.register(Touchpoint)
class WordAdmin(SetUpAdmin):
    list_display = ("slug", "name_vi", "name_en", "position", "is_active")
    list_editable = ("position", "is_active")

    def get_readonly_fields(self, request, obj=None):
        """The slug stands in stored totals and answers."""
        return ("slug",) if obj else ()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ContactReason)
class ContactReasonAdmin(WordAdmin):
    list_display = ("slug", "name_vi", "name_en", "place", "is_active")
    list_editable = ("place", "is_active")


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("version", "starts_at", "author", "made_at")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Made and revoked under Set up → Keys for programs."""

    list_display = ("name", "scopes", "made_by", "made_at", "last_used_on", "revoked_at")
    exclude = ("digest",)
