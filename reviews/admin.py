"""Set-up of the places reviews come from. Reviews themselves are not to be edited here."""

from django.contrib import admin

from feedback.admin import SetUpAdmin
from reviews.models import Source


@admin.register(Source)
class SourceAdmin(SetUpAdmin):
    list_display = ("name", "slug", "kind", "is_active", "allows_reply", "limit_size", "limit_kind")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request, obj=None):
        """Comments carry the short name: it stays as it is once reviews have come."""
        return ("slug", "kind") if obj and obj.reviews.exists() else ()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj and obj.reviews.exists() else self.prepopulated_fields

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.reviews.exists())
