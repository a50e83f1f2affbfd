"""A form; what fits is inserted as one row."""

from django.shortcuts import redirect, render

from bare.forms import SaidForm
from bare.models import Said


def ask(request):
    form = SaidForm(request.POST or None)
    if form.is_valid():
        Said.objects.create(**form.cleaned_data)
        return redirect("thanks")
    return render(request, "asked/ask.html", {"form": form})


def thanks(request):
    return render(request, "asked/thanks.html")
