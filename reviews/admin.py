"""Set-up of the places reviews come from. Reviews themselves are not to be edited here."""

from django.contrib import admin

from feedback.admin import SetUpAdmin
from reviews.models import Source

_SHORTEST = 60  # the shortest honest answer in either language fits, counted in bytes too


@admin.register(Source)
class SourceAdmin(SetUpAdmin):
    list_display = ("name", "slug", "kind", "is_active", "allows_reply", "limit_size", "limit_kind")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request, obj=None):
        """Comments carry the short name: it stays as it is once reviews have come. So does the name of what
        opens a source (SOURCE_<SHORT NAME>_KEY)."""
        return ("slug", "kind") if obj and (obj.is_polled or obj.reviews.exists()) else ()

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        """A source that is asked over the web is set up on pages of its own, which test it."""
        if db_field.name == "kind":
            kwargs["choices"] = [choice for choice in Source.Kind.choices if choice[0] not in Source.POLLED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """What fits no answer at all is refused here, not in the job that would draft one."""
        if db_field.name == "limit_size":
            kwargs["min_value"] = _SHORTEST
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj and "slug" in self.get_readonly_fields(request, obj) else self.prepopulated_fields

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.reviews.exists())
