"""Set-up of surveys for administrators; what customers did is for reading only."""

from django.contrib import admin

from feedback.admin import SetUpAdmin, is_administrator
from surveys.forms import SurveyForm
from surveys.models import Invitation, Survey, SurveyVersion


class VersionInline(admin.TabularInline):
    """A published version never changes."""

    model = SurveyVersion
    extra = 0
    fields = ("number", "published_at")
    readonly_fields = ("number", "published_at")
    can_delete = False

    def has_view_permission(self, request, obj=None):
        return is_administrator(request)

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Survey)
class SurveyAdmin(SetUpAdmin):
    list_display = ["name", "state", "reward_amount", "reward_currency", "budget", "budget_used"]
    list_filter = ["state"]
    form = SurveyForm
    readonly_fields = ["budget_used", "made_at"]
    inlines = [VersionInline]

    def has_add_permission(self, request):
        return False  # a survey starts with its questions: the set-up pages make it

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        """Only what was changed here: customers use the budget up while this page is open."""
        if form.changed_data:
            obj.save(update_fields=form.changed_data)


@admin.register(Invitation)
class InvitationAdmin(SetUpAdmin):
    list_display = ["public_id", "survey", "order", "state", "made_at", "sent_at", "expires_at"]
    list_filter = ["survey", "state"]
    list_select_related = ["survey", "order"]
    search_fields = ["public_id", "order__number"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
